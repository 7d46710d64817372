/**
 * What of the image, the chart, the unit and the dashboard can be held to without Docker, Helm,
 * systemd and Grafana: that they fit each other, the program's flags, and its metrics.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse, parseAllDocuments } from "yaml";
import { FAMILIES } from "../src/adapters/metrics/render_metrics.ts";
import { compileJsonSchema } from "../src/authoring/schema_json.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";

const ROOT = new URL("../", import.meta.url);
const CHART = "deploy/helm/gomcp/";
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));
const templates = () =>
  [...Deno.readDirSync(new URL(`${CHART}templates/`, ROOT))].map(({ name }) => ({
    name,
    text: read(`${CHART}templates/${name}`),
  }));

/** Instructions of a Dockerfile, each on one line. */
function instructions(text: string): string[] {
  return text.replaceAll(/^#.*\n/gm, "").replaceAll("\\\n", " ").split("\n")
    .map((line) => line.trim()).filter((line) => line !== "");
}

Deno.test("the image is built by the Deno that the project wants, and runs without rights", () => {
  const lines = instructions(read("Dockerfile"));
  const version = /npx -y deno@(\S+) task start/.exec(read("README.md"))![1];
  assertEquals(lines[0], `FROM denoland/deno:debian-${version} AS build`);
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
  const user = last.findIndex((line) => line === "USER 65532:65532");
  assert(user > 0, "a number, which Kubernetes can tell from root");
  assert(last.slice(user).some((line) => line === "RUN gomcp version"), "unpacked as that user");
  assert(last.includes("STOPSIGNAL SIGTERM"));
  assertMatch(last.join("\n"), /^HEALTHCHECK .*CMD \["gomcp", "health", "--quiet"\]$/m);
  assertMatch(last.join("\n"), /^ENTRYPOINT \["gomcp"\]\nCMD \["serve"\]$/m);
  const tasks = JSON.parse(read("deno.json")).tasks;
  for (const [, task] of lines.join("\n").matchAll(/deno task (\S+)/g)) {
    assert(task! in tasks, task);
  }
});

Deno.test("compose gives each server less than half a gigabyte, and nothing to write but its state", () => {
  const { services } = parse(read("compose.yaml"), { merge: true });
  assertEquals(Object.keys(services), ["gomcp", "replica-a", "replica-b", "valkey", "caddy"]);
  for (const name of ["gomcp", "replica-a", "replica-b"]) {
    const { mem_limit, read_only, cap_drop, stop_grace_period } = services[name];
    assertEquals([mem_limit, read_only, cap_drop], ["512M", true, ["ALL"]]);
    assert(parseInt(stop_grace_period) > 30, "longer than the drain");
  }
  const caddy = read("deploy/caddy/Caddyfile");
  assertStringIncludes(caddy, "reverse_proxy replica-a:8080 replica-b:8080");
  assertEquals(services["replica-a"].environment.GOMCP_STATE, "redis://valkey:6379");
});

Deno.test("the chart's values fit their schema, and a wrong one does not", () => {
  const { check } = compileJsonSchema(JSON.parse(read(`${CHART}values.schema.json`)));
  const values = parse(read(`${CHART}values.yaml`));
  const answer = check(values);
  assertEquals(answer.ok ? "" : answer.detail, "");
  assertEquals(check({ ...values, drainSeconds: "30s" }).ok, false);
  assertEquals(check({ ...values, redis: { url: "localhost" } }).ok, false);
  assertEquals(check({ ...values, replicas: 3 }).ok, false);
});

Deno.test("the chart's templates use the values that there are, all of them, and their blocks end", () => {
  const values = parse(read(`${CHART}values.yaml`));
  const used = new Set<string>();
  for (const { name, text } of templates()) {
    const words = [...text.matchAll(/\{\{-?\s*(\w+)/g)].map(([, word]) => word!);
    const opened = words.filter((word) => ["if", "with", "range", "define"].includes(word));
    assertEquals(opened.length, words.filter((word) => word === "end").length, name);
    for (const [, path] of text.matchAll(/\.Values\.([\w.]+)/g)) {
      const found = path!.split(".").reduce((value, key) => value?.[key], values);
      assert(found !== undefined, `${name}: there is no value ${path}`);
      used.add(path!.split(".")[0]!);
    }
    for (const [, partial] of text.matchAll(/include "([^"]+)"/g)) {
      assertStringIncludes(read(`${CHART}templates/_helpers.tpl`), `define "${partial}"`);
    }
  }
  assertEquals([...used].sort(), Object.keys(values).sort());
});

Deno.test("what the chart and the unit say to the program are flags and variables that it has", () => {
  const flags = new Set(SERVE_FLAGS.map(({ name }) => name));
  const deployment = read(`${CHART}templates/deployment.yaml`);
  const unit = read("deploy/systemd/gomcp.service");
  for (const [, flag] of (deployment + unit).matchAll(/[\s]--([a-z-]+)/g)) {
    assert(flags.has(flag!), `--${flag}`);
  }
  const variables = [deployment, unit, read("Dockerfile"), read("compose.yaml")].join("\n");
  for (const [, name] of variables.matchAll(/GOMCP_(?!CACHE_DIR|COMMIT)([A-Z_]+)/g)) {
    assert(flags.has(name!.toLowerCase().replaceAll("_", "-")), `GOMCP_${name}`);
  }
});

Deno.test("a pod has time for its drain, and is confined", () => {
  const text = read(`${CHART}templates/deployment.yaml`);
  assertStringIncludes(
    text,
    "terminationGracePeriodSeconds: {{ add .Values.preStopSeconds .Values.drainSeconds 10 }}",
  );
  assertStringIncludes(text, "--drain-timeout={{ .Values.drainSeconds }}s");
  for (
    const rule of [
      "runAsNonRoot: true",
      "readOnlyRootFilesystem: true",
      "allowPrivilegeEscalation: false",
      "automountServiceAccountToken: false",
      "seccompProfile: { type: RuntimeDefault }",
      "--require-key",
    ]
  ) {
    assertStringIncludes(text, rule);
  }
  const unit = read("deploy/systemd/gomcp.service");
  assert(Number(/TimeoutStopSec=(\d+)/.exec(unit)![1]) > 30, "longer than the drain");
  assertEquals(parseAllDocuments(read(`${CHART}Chart.yaml`)).length, 1);
});

Deno.test("the dashboard asks for metrics that there are", () => {
  const names = new Set(
    FAMILIES.flatMap(({ name, type }) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name]
    ),
  );
  const { panels } = JSON.parse(read("deploy/grafana/gomcp.json"));
  assert(panels.length > 10);
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      for (const [name] of expr.matchAll(/\b(gomcp|process)_\w+/g)) {
        assert(names.has(name), `${title}: there is no ${name}`);
      }
    }
  }
});
