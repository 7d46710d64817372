/** The trace that a call belongs to, in W3C's form: https://www.w3.org/TR/trace-context/. */

/** As MCP has it in `_meta` (2026-07-28, basic: `_meta`), and HTTP in its fields of the same names. */
export interface TraceContext {
  /** Version, trace, parent span and flags: "00-4bf9…-00f0…-01". */
  readonly traceparent: string;
  /** What systems on the way keep there: "vendor=value,…". */
  readonly tracestate?: string;
  /** What is to travel along (https://www.w3.org/TR/baggage/): "name=value,…". */
  readonly baggage?: string;
}

/** Sections 3.2.2 and 3.2.3: no trace and no span has only zeros. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Trace Context section 3.3.1.5 and Baggage section 3.3.2: what each who takes part must at least pass on. */
const TRACESTATE_CHARS_MAX = 512;
const BAGGAGE_CHARS_MAX = 8_192;
/** Printable ASCII: it is written into fields of HTTP. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Reads what a caller says; undefined for none that can be used. What does not fit is left out. */
export function readTrace(said: Readonly<Record<string, unknown>>): TraceContext | undefined {
  const { traceparent } = said;
  if (typeof traceparent !== "string" || !TRACEPARENT.test(traceparent)) return undefined;
  const tracestate = textOf(said.tracestate, TRACESTATE_CHARS_MAX);
  const baggage = textOf(said.baggage, BAGGAGE_CHARS_MAX);
  return {
    traceparent,
    ...(tracestate !== undefined && { tracestate }),
    ...(baggage !== undefined && { baggage }),
  };
}

function textOf(value: unknown, most: number): string | undefined {
  const fits = typeof value === "string" && value.length <= most && PRINTABLE.test(value);
  return fits && value !== "" ? value : undefined;
}
