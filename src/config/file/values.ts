/** The kinds of values that configuration files have, as zod types with what a schema can say of them. */
import { z } from "zod";
import { parseDuration } from "../../base/duration.ts";
import { describeThrown } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { parseSize } from "../../base/size.ts";

/** What is known of a setting beside its type. */
export interface SettingMeta {
  /** The flag that says the same. */
  readonly flag?: string;
  /** The value is a path, taken from the file's folder. */
  readonly path?: true;
  /** The value may be a secret: it is never shown. */
  readonly secret?: true;
}

const settings = z.registry<SettingMeta>();

/** Says something of a setting. */
export function setting<T extends z.ZodType>(type: T, meta: SettingMeta): T {
  settings.add(type, meta);
  return type;
}

/** What was said of it. */
export function settingOf(type: z.ZodType): SettingMeta | undefined {
  return settings.get(type);
}

/** A time such as "30s", from 1 ms to 24 h unless it says otherwise. */
export function duration(minMs = 1): z.ZodType<string> {
  const takes = (text: string) => {
    const ms = tried(() => parseDuration(text));
    return ms !== undefined && ms >= minMs && ms <= LIMITS.timeoutMsMax;
  };
  return z.string().regex(/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/, 'a time such as "30s"')
    .refine(takes, `a time from ${minMs}ms to 24h, such as "30s"`);
}

/** A size such as "64MiB". */
export function size(): z.ZodType<string> {
  return z.string().refine((text) => tried(() => parseSize(text)) !== undefined, {
    message: 'a size such as "64MiB"',
  });
}

/** A text that `read` takes; what it throws is what is wrong. */
export function readBy(read: (text: string) => unknown): z.ZodType<string> {
  return z.string().min(1).superRefine((text, context) => {
    try {
      read(text);
    } catch (thrown) {
      const what = describeThrown(thrown).replace(/^.*expected /s, "");
      context.addIssue({ code: "custom", message: what });
    }
  });
}

/** A whole number. */
export function count(min: number, max: number): z.ZodType<number> {
  return z.int().min(min).max(max);
}

export function texts(): z.ZodArray<z.ZodString> {
  return z.array(z.string().min(1));
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
