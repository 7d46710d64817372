/** Steps of a test that each start a process of their own: a few at a time, to use all cores. */

const WIDTH = 4;

/** Runs the steps; the test as a whole is what the sanitizers watch. */
export async function parallelSteps(
  t: Deno.TestContext,
  steps: Readonly<Record<string, () => Promise<void>>>,
): Promise<void> {
  const rest = Object.entries(steps);
  const lane = async () => {
    for (let step = rest.shift(); step !== undefined; step = rest.shift()) {
      const [name, fn] = step;
      await t.step({ name, fn, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false });
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
}
