/**
 * All methods over TLS by Python's grpcio. It needs Debian's python3-grpcio and python3-grpc-tools
 * (apt-get install python3-grpcio python3-grpc-tools); without them it says so and is skipped.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createTenantManager } from "../mod.ts";
import { openState } from "../src/stores/state/open_state.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { Authority } from "./support/certificates.ts";
import { startGrpc } from "./support/grpc_speaker.ts";

const PROTO = fileURLToPath(new URL("../proto", import.meta.url));
const CLIENT = fileURLToPath(new URL("./support/grpc_client.py", import.meta.url));
const FILES = [
  "gomcp/v1/gomcp.proto",
  "google/rpc/status.proto",
  "grpc/health/v1/health.proto",
  "grpc/reflection/v1/reflection.proto",
];

async function run(python: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(python, { args: [...args] }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`${python} ended with ${code}: ${text(stderr)}`);
  return text(stdout);
}

/** A Python that has the packages; Debian's is not always the first one. */
async function findPython(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    const has = await run(python, ["-c", "import grpc, grpc_tools"]).then(() => true, () => false);
    if (has) return python;
  }
  return undefined;
}

const python = await findPython();
if (python === undefined) {
  console.log("skipped: no python3 with grpc and grpc_tools (python3-grpcio, python3-grpc-tools)");
}

/** Stubs as any user would make them. */
async function makeStubs(folder: string): Promise<void> {
  await run(python!, [
    "-m",
    "grpc_tools.protoc",
    `--proto_path=${PROTO}`,
    `--python_out=${folder}`,
    `--grpc_python_out=${folder}`,
    ...FILES,
  ]);
}

Deno.test({
  name: "Python's grpcio calls every method over TLS",
  ignore: python === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await makeStubs(folder);
      const authority = await Authority.create();
      const { cert, key } = await authority.server();
      const [certFile, keyFile, caFile] = ["cert", "key", "ca"].map((name) =>
        `${folder}/${name}.pem`
      );
      await Deno.writeTextFile(certFile!, cert);
      await Deno.writeTextFile(keyFile!, key);
      await Deno.writeTextFile(caFile!, authority.cert);
      const state = `sqlite:${folder}/state.db`;
      const tenants = createTenantManager(await openState(state, SILENT_LOG));
      const { secret } = await tenants.createTenantWithKey("acme", "Acme");
      await tenants.close();
      await using server = await startGrpc({
        fixtures: ["plain", "slow"],
        args: [
          `--tls-cert=${certFile}`,
          `--tls-key=${keyFile}`,
          `--state=${state}`,
          "--require-key",
        ],
      });
      const output = await run(python!, [CLIENT, folder, server.address, caFile!, secret]);
      check(JSON.parse(output));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

// deno-lint-ignore no-explicit-any -- whatever Python printed
function check(got: any): void {
  assertEquals(got.list, got.list.toSorted());
  assertEquals(got.list.includes("add") && got.list.includes("steps"), true);
  assertEquals(got.watch, got.list.length);
  assertEquals(got.get, "Adds two numbers.");
  assertEquals(got.call, { content: [{ type: "text", text: "3" }] });
  assertEquals(got.struct, { content: [{ type: "text", text: "3.5" }] });
  assertEquals(got.stream.map((event: object) => Object.keys(event)[0]), [
    "progress",
    "progress",
    "result",
  ]);
  assertEquals(got.stream[1].progress, { progress: 2, total: 2, message: "step 2" });
  for (const results of [got.batch, got.batchStream]) {
    const byId = Object.fromEntries(results.map((each: { id: string }) => [each.id, each]));
    assertEquals(Object.keys(byId).sort(), ["x", "y"]);
    assertEquals(byId.y.problem.code, "unknown_tool");
    assertMatch(atob(byId.x.result.resultJson), /"text":"2"/);
  }
  assertEquals(got.session, { "1": "2", "2": "3", "3": "4" });
  assertEquals(got.health, [1, 1]);
  assertEquals(got.services.slice(0, 2), ["gomcp.v1.ToolService", "gomcp.v1.McpService"]);
  assertEquals(got.invalid.status, "INVALID_ARGUMENT");
  assertEquals(got.invalid.details["google.rpc.BadRequest"].fieldViolations[0].field, "/b");
  assertEquals(got.invalid.details["google.rpc.ErrorInfo"].reason, "INVALID_ARGUMENTS");
  assertEquals(got.invalid.details["gomcp.v1.Problem"].status, 3);
  assertEquals(got.unauthenticated.status, "UNAUTHENTICATED");
  assertEquals(got.late.status, "DEADLINE_EXCEEDED");
}
