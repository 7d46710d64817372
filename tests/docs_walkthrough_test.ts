/** Texts for new users, followed word by word; blocks of TypeScript are run by `deno test --doc`, too. */
import { walk } from "./support/walkthrough.ts";

for (const path of ["docs/start.md", "docs/tools.md", "docs/migration.md"]) {
  Deno.test(`whoever follows ${path} sees what it shows`, async (t) => {
    await walk(path, t);
  });
}
