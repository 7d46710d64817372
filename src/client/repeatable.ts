/** Which calls may run twice: by what their tools say of themselves, or their callers. */
import type { ToolInfo } from "./types.ts";

export class Repeatable {
  /** Tools that say that they may, as far as they were seen. */
  readonly #tools = new Set<string>();

  learn({ name, annotations }: ToolInfo): void {
    const { readOnlyHint, idempotentHint } = annotations ?? {};
    if (readOnlyHint === true || idempotentHint === true) this.#tools.add(name);
    else this.#tools.delete(name);
  }

  has({ idempotencyKey }: { idempotencyKey?: string | undefined }, tool: string): boolean {
    return idempotencyKey !== undefined || this.#tools.has(tool);
  }
}
