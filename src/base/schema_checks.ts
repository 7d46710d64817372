/**
 * Whether this process checks values against JSON Schemas itself. A tool host does not: its server
 * has checked what goes in, and checks what comes out. ajv is half of what a host would load.
 */

let elsewhere = false;

/** Called by a tool host, before anything that compiles schemas is loaded. */
export function leaveChecksToServer(): void {
  elsewhere = true;
}

export function checksSchemas(): boolean {
  return !elsewhere;
}
