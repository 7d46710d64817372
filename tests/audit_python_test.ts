/** The verifier of docs/audit.md, which is written in Python, agrees with `gomcp audit verify`. */
import { assertEquals, assertMatch } from "@std/assert";
import { verifyAudit } from "./support/audit_log.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import { snippetsOf } from "./support/snippets.ts";

const POLICY = '{"rules":[{"level":"full"}]}';

/** Two segments: that of a server, and that of its next start. */
async function writeLog(folder: TempFolder): Promise<string> {
  const file = `${folder.path}/audit.jsonl`;
  const policy = await folder.write("policy.json", POLICY);
  const args = [`--audit-file=${file}`, `--audit-policy=${policy}`];
  for (const n of [1, 2]) {
    await using server = await startServer({ args, fixtures: ["plain"] });
    await server.call("add", { a: n, b: "not a number" });
    await server.call("nobody", { "text": 'quoted ","hash":"' });
    server.signal("SIGTERM");
    assertEquals((await server.exit()).code, 0);
  }
  return file;
}

/** Changes of a log, none of which may pass. */
const FORGERIES: Readonly<Record<string, (lines: readonly string[]) => readonly string[]>> = {
  "a record that was altered": (lines) => lines.map((line) => line.replace("nobody", "somebody")),
  "a record that was taken out": (lines) =>
    lines.filter((_, i) => i !== lines.findIndex((line) => line.includes('"seq":'))),
  "a seal that was altered": (lines) =>
    lines.map((line) =>
      line.startsWith('{"seal":') ? line.replace('"records":2', '"records":1') : line
    ),
  "a log that was cut off": (lines) => lines.slice(0, -1),
  "a segment that was taken out": (lines) => {
    const second = lines.findIndex((line, i) => i > 0 && line.startsWith('{"segment":'));
    return [...lines.slice(0, second - 1), ...lines.slice(second)];
  },
};

Deno.test("the verifier in Python finds what gomcp audit verify finds", async (t) => {
  const python = await new Deno.Command("python3", { args: ["--version"] }).output()
    .then(({ success }) => success, () => false);
  if (!python) return console.log("skipped: no python3");
  await using folder = await TempFolder.of();
  const [block] = (await snippetsOf("docs/audit.md")).filter(({ language }) =>
    language === "python"
  );
  const script = await folder.write("verify_audit.py", block!.text);
  const run = async (file: string) => {
    const args = [script, file];
    const { code, stdout, stderr } = await new Deno.Command("python3", { args }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  };
  const file = await writeLog(folder);
  await t.step("takes a log as it was written, and knows its head", async () => {
    const { head, records, segments } = await verifyAudit(file);
    assertEquals([records, segments], [4, 2]);
    assertEquals(await run(file), {
      code: 0,
      stdout: `ok: 4 records, head ${head}\n`,
      stderr: "",
    });
  });
  const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
  for (const [name, forge] of Object.entries(FORGERIES)) {
    await t.step(`refuses ${name}`, async () => {
      const forged = await folder.write("forged.jsonl", forge(lines).join("\n") + "\n");
      assertEquals((await verifyAudit(forged)).ok, false);
      const { code, stderr } = await run(forged);
      assertEquals(code, 1);
      assertMatch(stderr, /^NOT OK: .+forged\.jsonl/);
    });
  }
});
