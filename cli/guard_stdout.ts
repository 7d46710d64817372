/**
 * Keeps stdout for messages: in stdio mode one stray print of a tool would break the protocol.
 * What goes past JavaScript's own objects is out of reach here: a program that inherits stdout,
 * a worker's console, a write to descriptor 1.
 */
import { Console } from "node:console";
import process from "node:process";

/**
 * Sends what is printed by `console`, `process.stdout` and `Deno.stdout` to stderr from now
 * on, in this process, and gives the one way that is left to the real stdout.
 */
export function takeStdout(): typeof Deno.stdout {
  const real = Deno.stdout;
  const quiet = new Console(process.stderr, process.stderr) as unknown as Record<string, unknown>;
  const target = console as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(quiet)) {
    if (typeof method === "function") target[name] = method.bind(quiet);
  }
  Object.defineProperty(process, "stdout", { value: process.stderr, configurable: true });
  Object.defineProperty(Deno, "stdout", { value: Deno.stderr, configurable: true });
  return real;
}
