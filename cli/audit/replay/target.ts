/** What recorded calls are made to: a runtime of this process, or a server by its address. */

/** A tool's word about itself. */
export interface ToolHints {
  readonly readOnlyHint?: boolean;
  readonly idempotentHint?: boolean;
}

export type TargetTools = ReadonlyMap<string, ToolHints>;

/** How a call ended this time. */
export interface ReplayedEnd {
  readonly code: string;
  /** What the tool gave; undefined when there is no result. */
  readonly result: Readonly<Record<string, unknown>> | undefined;
}

export interface ReplayTarget {
  /** For the report. */
  readonly name: string;
  tools(): Promise<TargetTools>;
  call(tool: string, args: unknown, tenant: string): Promise<ReplayedEnd>;
  close(): Promise<void>;
}

/** The members of a result that are recorded and compared, as the log hashes them. */
export function comparableResult(
  { content, structuredContent, isError }: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    content,
    ...(structuredContent !== undefined && { structuredContent }),
    ...(isError === true && { isError }),
  };
}

/** The hints of tools as lists give them. */
export function hintsOf(tools: readonly unknown[]): [string, ToolHints][] {
  return tools.map((tool) => {
    const { name, annotations } = tool as { name: string; annotations?: ToolHints };
    return [name, annotations ?? {}];
  });
}
