/** What Deno is told when it runs the program as one file: nothing of where it is started counts. */
export const RUN_FLAGS: readonly string[] = [
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--unstable-net",
  "--unstable-worker-options",
];
