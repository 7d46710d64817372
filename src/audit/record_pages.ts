/**
 * Records that gather on their way to the sinks, in memory that is used again. Each waits for
 * others of its batch and for the disk, so a new object would outlive its young generation: to
 * bring these into the old one, and to find them there again, costs more than all that is done
 * with them (bench/audit_figures.ts).
 */
import { type AuditEntry, copyEntry, type OpenRecord, overwrite } from "./record.ts";

/** Pages that are kept when nobody has them: of 256 records, about 8 MiB. */
const FREE_PAGES_MAX = 128;

/** Some records' memory. */
export type Page = OpenRecord[];

export class RecordPages {
  readonly #free: Page[] = [];
  #page: Page = [];
  #count = 0;

  /** Keeps what an entry says, and gives how many have gathered. */
  add(entry: AuditEntry, seq: number): number {
    const slot = this.#page[this.#count];
    if (slot === undefined) this.#page.push(copyEntry(entry, seq));
    else overwrite(slot, entry, seq);
    return ++this.#count;
  }

  get count(): number {
    return this.#count;
  }

  /** What has gathered; its records stay as they are until the page comes back. */
  take(): { readonly page: Page; readonly records: OpenRecord[] } {
    const page = this.#page;
    const records = page.slice(0, this.#count);
    this.#page = this.#free.pop() ?? [];
    this.#count = 0;
    return { page, records };
  }

  /** Nobody reads the page's records any more. */
  giveBack(page: Page): void {
    if (this.#free.length >= FREE_PAGES_MAX) return;
    for (const slot of page) {
      // They may be large.
      slot.args = undefined;
      slot.result = undefined;
    }
    this.#free.push(page);
  }
}
