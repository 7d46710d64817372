/** The rule `gomcp/no-ambient-io`: the core gets time, chance and the outside world passed in. */
import { visitImports } from "./import_visitor.ts";
import { isTestFile, projectPath } from "./project_path.ts";
import { isDeclared } from "./scope.ts";

/** Where ambient I/O is at home: the edges of the program, the system clock, the SDK's surroundings. */
const EDGES = [
  /^src\/adapters\//,
  /^src\/stores\//,
  /^src\/supervisor\/host/,
  /^src\/base\/clock\.ts$/,
  /^src\/client\/platform\.ts$/,
  /^src\/client\/grpc\/channel\.ts$/,
];

/** Globals that the core may not name at all. */
// deno-fmt-ignore: one line a kind.
const GLOBALS = new Set([
  "Deno", "process", "console", "fetch",
  "setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate",
  "Worker", "WebSocket", "EventSource", "BroadcastChannel", "XMLHttpRequest",
  "localStorage", "sessionStorage", "caches", "alert", "confirm", "prompt", "Temporal",
]);

/** Members of globals that read the clock, start a timer or roll dice. The rest of them is fine. */
const MEMBERS = new Map([
  ["Date", ["now"]],
  ["performance", ["now"]],
  ["Math", ["random"]],
  ["AbortSignal", ["timeout"]],
]);

/** The names of the global object itself. */
const GLOBAL_OBJECTS = ["globalThis", "self", "window"];

/** The `node:` modules that only compute. */
const PURE_NODE_MODULES = ["node:crypto", "node:path", "node:url", "node:vm"];

const HINT = "Take it as a parameter (time: the Clock port), or move this to an adapter, " +
  "a store or the process host.";

type Node = Deno.lint.Node;

export const ambientIo: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (!path.startsWith("src/") || isTestFile(path)) return {};
    if (EDGES.some((edge) => edge.test(path))) return {};
    const report = (node: Node, what: string) => {
      const message = `${what} is ambient I/O, which the core must not do`;
      context.report({ node, message, hint: HINT });
    };

    return {
      ...visitImports(({ node, specifier }) => {
        if (!specifier.startsWith("node:") || PURE_NODE_MODULES.includes(specifier)) return;
        report(node, `"${specifier}"`);
      }),
      Identifier(node) {
        if (!GLOBALS.has(node.name) && !isWhole(node)) return;
        if (isUse(node) && !isDeclared(node, node.name)) report(node, node.name);
      },
      MemberExpression(node) {
        const owner = globalName(node.object) ?? "";
        const member = memberName(node) ?? "";
        const refused = GLOBAL_OBJECTS.includes(owner)
          ? GLOBALS.has(member)
          : MEMBERS.get(owner)?.includes(member);
        if (refused) report(node, `${owner}.${member}`);
      },
      NewExpression(node) {
        if (node.arguments.length === 0 && globalName(node.callee) === "Date") {
          report(node, "new Date() without arguments");
        }
      },
      CallExpression(node) {
        if (globalName(node.callee) === "Date") report(node, "Date()");
      },
    };
  },
};

/** The global object as a value: whoever has it has everything. */
function isWhole(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  const ofMember = parent.type === "MemberExpression" && parent.object === node;
  return GLOBAL_OBJECTS.includes(node.name) && !ofMember;
}

/** The global that an expression names, as `Date` or `globalThis.Date`; only those that matter here. */
function globalName(node: Node): string | undefined {
  if (node.type === "MemberExpression") {
    return GLOBAL_OBJECTS.includes(globalName(node.object) ?? "") ? memberName(node) : undefined;
  }
  if (node.type !== "Identifier") return undefined;
  const { name } = node;
  const matters = MEMBERS.has(name) || GLOBAL_OBJECTS.includes(name);
  return matters && !isDeclared(node, name) ? name : undefined;
}

function memberName(node: Deno.lint.MemberExpression): string | undefined {
  const { property, computed } = node;
  if (!computed) return property.type === "Identifier" ? property.name : undefined;
  return property.type === "Literal" && typeof property.value === "string"
    ? property.value
    : undefined;
}

/** Whether an identifier stands for a value here, and is not merely a key or a name in a type. */
function isUse(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || parent.property !== node;
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.computed || parent.key !== node;
    case "ImportSpecifier":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSAbstractPropertyDefinition":
    case "TSAbstractMethodDefinition":
    case "TSEnumMember":
    case "LabeledStatement":
      return false;
    case "ExportSpecifier":
      return parent.local === node;
    case "TSTypeQuery":
      // `typeof fetch` as a type does nothing, but a Deno type keeps a file from running elsewhere.
      return node.name === "Deno";
    case "TSQualifiedName":
      return node.name === "Deno" && parent.left === node;
    default:
      return true;
  }
}
