/** Reloads of a real server: by signal, by watching, by command; what goes on and who is told. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AdminServer, exists, gateModule, toolModule } from "./support/admin.ts";
import { TempFolder } from "./support/fixtures.ts";
import { HttpSpeaker } from "./support/http_speaker.ts";
import { until } from "./support/wait.ts";

async function textOf(reply: Promise<{ readonly json: { content: { text: string }[] } }>) {
  return (await reply).json.content[0]!.text;
}

async function toolNames({ server }: AdminServer): Promise<string[]> {
  const { json } = await server.request("/v1/tools");
  return json.tools.map(({ name }: { name: string }) => name);
}

for (const [trigger, isolation] of [["SIGHUP", "inline"], ["command", "process"]] as const) {
  Deno.test(`a reload by ${trigger} serves what is new and not what is gone; a call that is open ends where it began`, async () => {
    await using admin = await AdminServer.start({
      "gate.ts": gateModule("gate", "old", isolation),
      "keep.ts": toolModule("keep"),
    });
    const { server, tools } = admin;
    const file = `${tools.path}/open`;
    const open = server.call("gate", { file });
    await until(() => exists(`${file}.reached`), "the call runs");
    await Deno.remove(`${tools.path}/gate.ts`);
    await tools.write("new.ts", toolModule("new"));
    if (trigger === "SIGHUP") server.signal("SIGHUP");
    else {
      const { stdout, code } = await admin.run("reload");
      assertEquals([code, stdout], [0, "+ tool new\n- tool gate\n2 changes, generation 2\n"]);
    }
    await admin.reloaded(1);
    assertEquals(await toolNames(admin), ["echo", "keep", "new"]);
    assertEquals(await textOf(server.call("new")), "new");
    assertEquals((await server.call("gate", { file })).status, 404);
    const { generations } = await admin.ask("/v1/status");
    assertEquals(generations, { current: 2, retiring: [{ generation: 1, open: 1 }] });
    await tools.write("open", "");
    assertEquals(await textOf(open), "old");
    assertEquals((await admin.ask("/v1/status")).generations, { current: 2, retiring: [] });
  });
}

Deno.test("a hosted module that has changed runs anew in new hosts; its old host ends with its last call", async () => {
  await using admin = await AdminServer.start({
    "gate.ts": gateModule("gate", "old"),
    "same.ts": toolModule("same"),
  });
  const { server, tools } = admin;
  const file = `${tools.path}/open`;
  const open = server.call("gate", { file });
  await until(() => exists(`${file}.reached`), "the call runs");
  const pidsOf = async (module: string) => {
    const { hosts } = await admin.ask("/v1/status");
    return hosts.filter((each: { module: string }) => each.module.endsWith(module))
      .flatMap((each: { hosts: { pid: number }[] }) => each.hosts.map(({ pid }) => pid));
  };
  const [old, same] = [await pidsOf("gate.ts"), await pidsOf("same.ts")];
  assertEquals([old.length, same.length], [1, 1]);
  await tools.write("gate.ts", toolModule("gate", "new"));
  assertEquals(
    (await admin.run("reload", "--dry-run")).stdout,
    "~ tool gate\n1 change, none made (--dry-run)\n",
  );
  assertEquals((await admin.run("reload")).stdout, "~ tool gate\n1 change, generation 2\n");
  assertEquals(await textOf(server.call("gate")), "new");
  await tools.write("open", "");
  assertEquals(await textOf(open), "old");
  await until(async () => (await pidsOf("gate.ts")).length === 1, "one host of it is left");
  assert(!old.includes((await pidsOf("gate.ts"))[0]));
  assertEquals(await pidsOf("same.ts"), same, "what has not changed has the host that it had");
  await until(async () => !await exists(`/proc/${old[0]}`), "the old process is gone");
});

Deno.test("reload --dry-run says what would change, and changes nothing", async () => {
  await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
  await admin.tools.write("b.ts", toolModule("b"));
  const { stdout, code } = await admin.run("reload", "--dry-run");
  assertEquals([code, stdout], [0, "+ tool b\n1 change, none made (--dry-run)\n"]);
  assertEquals(await toolNames(admin), ["a", "echo"]);
  assertEquals((await admin.ask("/v1/status")).reload.reloads, 0);
  const { stdout: json } = await admin.run("reload", "--json");
  assertEquals(JSON.parse(json).changes.tools, { added: ["b"], removed: [], changed: [] });
});

Deno.test("a reload that cannot be changes nothing, exits with 1, and status and log say why", async () => {
  await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
  const { server, tools } = admin;
  const broken: readonly (readonly [string, RegExp])[] = [
    ["throw new Error('no good');", /bad\.ts: Error: no good|bad\.ts: no good/],
    [toolModule("a"), /bad2\.ts.*"a" is taken/],
    [
      'import { defineTool } from "gomcp";\nexport default defineTool({ name: "s", ' +
      'description: "d", input: { type: "object", properties: 5 }, handler: () => "" });',
      /bad3\.ts/,
    ],
  ];
  for (const [i, [text, why]] of broken.entries()) {
    const name = `bad${i === 0 ? "" : i + 1}.ts`;
    await tools.write(name, text);
    await tools.write("fine.ts", toolModule("fine"));
    const { code, stderr, stdout } = await admin.run("reload");
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, why);
    const { reload, generations } = await admin.ask("/v1/status");
    assertEquals([reload.last.ok, reload.failed, generations.current], [false, i + 1, 1]);
    assertMatch(reload.last.error, why);
    assert(server.log.items.some(({ level, error }) => level === "error" && why.test(`${error}`)));
    assertEquals(await toolNames(admin), ["a", "echo"]);
    await Deno.remove(`${tools.path}/${name}`);
  }
  assertEquals((await admin.run("reload")).code, 0);
  assertEquals(await toolNames(admin), ["a", "echo", "fine"]);
});

Deno.test("an inline module that has changed waits for a restart, and the rest is reloaded", async () => {
  await using admin = await AdminServer.start({ "a.ts": toolModule("a", "old", "inline") });
  await admin.tools.write("a.ts", toolModule("a", "new", "inline"));
  await admin.tools.write("b.ts", toolModule("b"));
  const { stdout } = await admin.run("reload");
  const file = `${admin.tools.path}/a.ts`;
  assertEquals(
    stdout,
    `+ tool b\n! ${file} has changed and waits for a restart\n1 change, generation 2\n`,
  );
  assertEquals(await textOf(admin.server.call("a")), "old");
  assertEquals((await admin.ask("/v1/status")).reload.waiting, [file]);
  await admin.tools.write("a.ts", toolModule("a", "old", "inline"));
  assertEquals((await admin.run("reload")).stdout, "nothing to change\n");
  assertEquals((await admin.ask("/v1/status")).reload.waiting, []);
});

Deno.test("clients of both eras are told once that the list has changed, and not when it has not", async () => {
  await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
  const { server, tools } = admin;
  await using legacy = await HttpSpeaker.start(server, {
    revision: "2025-11-25",
    capabilities: {},
  });
  await using modern = await HttpSpeaker.start(server, {
    revision: "2026-07-28",
    capabilities: {},
  });
  const told = await legacy.unsolicited();
  const { messages } = modern.open("subscriptions/listen", {
    notifications: { toolsListChanged: true },
  });
  await messages.find(({ method }) => method?.endsWith("acknowledged") === true, "the promise");
  const changes = (feed: typeof told) =>
    feed.items.filter(({ method }) => method === "notifications/tools/list_changed").length;
  for (let times = 1; times <= 3; times++) {
    await tools.write(`b${times}.ts`, toolModule(`b${times}`));
    await admin.ask("/v1/reload", "POST");
    await admin.ask("/v1/reload", "POST"); // nothing has changed since
    await until(() => changes(told) >= times && changes(messages) >= times, "both are told");
    assertEquals([changes(told), changes(messages)], [times, times]);
  }
  const list = await legacy.request("tools/list");
  assertEquals(list.result.tools.length, 5, "the session is the same as before");
});

Deno.test("--watch reloads after a save, one by renaming, and a swapped link, but not after a touch", async () => {
  await using admin = await AdminServer.start({
    "v1/a.ts": toolModule("a"),
    "v2/a.ts": toolModule("a"),
    "v2/b.ts": toolModule("b"),
    "keep.ts": toolModule("keep"),
  });
  const { tools } = admin;
  await Deno.symlink(`${tools.path}/v1`, `${tools.path}/current`);
  await using watched = await AdminServer.start({ "x.ts": toolModule("x") }, [
    "--watch",
    `--tools=${tools.path}/current`,
  ]);
  assertEquals(await toolNames(watched), ["a", "echo", "x"]);
  await watched.tools.write("y.ts", toolModule("y"));
  await watched.reloaded(1);
  assertEquals(await toolNames(watched), ["a", "echo", "x", "y"]);

  await watched.tools.write(".z.tmp", toolModule("z"));
  await Deno.rename(`${watched.tools.path}/.z.tmp`, `${watched.tools.path}/z.ts`);
  await watched.reloaded(2);
  assertEquals(await toolNames(watched), ["a", "echo", "x", "y", "z"]);

  await Deno.utime(`${watched.tools.path}/z.ts`, new Date(), new Date());
  await Deno.symlink(`${tools.path}/v2`, `${tools.path}/next`);
  await Deno.rename(`${tools.path}/next`, `${tools.path}/current`);
  await watched.reloaded(3);
  // The module a.ts has moved with the link, and is the same.
  assertEquals(await toolNames(watched), ["a", "b", "echo", "x", "y", "z"]);
  assertEquals((await watched.ask("/v1/status")).reload.reloads, 3);
});

Deno.test("a reload reads the policy files anew; a wrong one changes nothing", async () => {
  await using folder = await TempFolder.of({ "limits.json": "{}", "audit.json": "{}" });
  const log = `${folder.path}/audit.jsonl`;
  await using admin = await AdminServer.start({ "one.ts": toolModule("one", "one", "inline") }, [
    `--validation-policy=${folder.path}/limits.json`,
    `--audit-policy=${folder.path}/audit.json`,
    `--audit-file=${log}`,
  ]);
  const { server } = admin;
  const echo = () => server.call("echo", { msg: "x".repeat(100) });
  assertEquals((await echo()).status, 200);
  await folder.write("limits.json", '{ "limits": { "stringBytes": 50 } }');
  await folder.write("audit.json", '{ "rules": [{ "level": "none" }] }');
  assertEquals(
    (await admin.run("reload", "--dry-run")).stdout,
    "~ validation policy\n~ audit policy\n2 changes, none made (--dry-run)\n",
  );
  assertEquals((await echo()).status, 200);
  assertEquals(
    (await admin.run("reload")).stdout,
    "~ validation policy\n~ audit policy\n2 changes, generation 2\n",
  );
  assertEquals((await echo()).status, 422);
  await folder.write("limits.json", "{");
  const failed = await admin.run("reload");
  assertEquals(failed.code, 1);
  assertMatch(failed.stderr, /what was served before goes on: .*limits\.json/);
  assertEquals((await echo()).status, 422);
  server.signal("SIGTERM");
  assertEquals((await server.exit()).code, 0);
  const records = (await Deno.readTextFile(log)).split("\n").filter((line) => /"echo"/.test(line));
  assertEquals(records.length, 2, "those before the reload");
});
