/**
 * Which libraries for schemas this process loads. A server has both. A tool host has no ajv: its
 * server has checked what goes in, and checks what comes out; and zod only for a module that may use
 * it. Each takes a third of the time that a host needs to start.
 */

let ajv = true;
let zod = true;

/** Called by a tool host, before anything that compiles schemas is loaded. */
export function leaveOut(which: { readonly ajv: boolean; readonly zod: boolean }): void {
  if (which.ajv) ajv = false;
  if (which.zod) zod = false;
}

/** Whether this process checks values against JSON Schemas itself. */
export function checksJsonSchemas(): boolean {
  return ajv;
}

export function hasZod(): boolean {
  return zod;
}
