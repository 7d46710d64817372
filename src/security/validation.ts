/** The validation layer: a call reaches its tool only with arguments that the tool's schema takes. */
import { type Logger, SILENT_LOG } from "../base/log.ts";
import type { Call, Layer } from "../pipeline/call.ts";
import { invalidArguments } from "../pipeline/invalid_arguments.ts";
import { failed, type Outcome } from "../pipeline/outcome.ts";
import type { ArgumentPurposes } from "../pipeline/purpose.ts";
import { cleanEvent, cleanOutcome, isClean } from "./output.ts";
import type { OutputPolicy } from "./policy.ts";
import type { Finding } from "./findings.ts";
import {
  defaultValidator,
  limitProblem,
  patternProblem,
  type ToolValidation,
  type Validator,
} from "./validator.ts";

/** Told what was found in a call's arguments, reported and blocked alike, before the call goes on. */
export type FindingListener = (call: Call, findings: readonly Finding[]) => void;

export interface ValidationLayerOptions {
  /** @default defaultValidator() */
  readonly validator?: Validator | undefined;
  /** Hears of findings besides the log. Must not throw. */
  readonly onFindings?: FindingListener | undefined;
  readonly log?: Logger;
}

/** What is not a tool's goes by the name of its method, which no tool can have. */
const WHAT: Readonly<Record<Exclude<Call["kind"], "tool">, [string, ArgumentPurposes]>> = {
  resource: ["resources/read", { uri: "url" }],
  // They become a text for the model, or are half a word: whatever they hold, it runs nowhere.
  prompt: ["prompts/get", { "": "code" }],
  completion: ["completion/complete", { "": "code" }],
};

/**
 * Bounds the arguments, checks them against the tool's input schema and puts what it gives into
 * `checkedArgs`, and looks for patterns of attacks, in this order; on the way up, it cleans results.
 */
export function validationLayer(options: ValidationLayerOptions = {}): Layer {
  const { validator = defaultValidator(), log = SILENT_LOG, onFindings } = options;
  return (next) => (call) => {
    const plan = planFor(validator, call);
    const args = call.kind === "resource" ? { uri: call.tool } : call.args;
    const { violation, findings } = plan.scan(args);
    if (violation !== undefined) return failed(limitProblem(violation, subject(call)));
    const check = call.target!.checkArguments(call.args);
    if (!check.ok) return invalidArguments(call, check.pointer, check.detail);
    call.checkedArgs = check.value;
    if (findings.length > 0) {
      tell(call, findings, log);
      onFindings?.(call, findings);
      if (findings[0]!.action === "blocked") {
        return failed(patternProblem(findings[0]!, subject(call)));
      }
    }
    if (call.onEvent !== undefined) cleanEvents(call, plan, log);
    const outcome = next(call);
    if (!(outcome instanceof Promise)) return clean(outcome, call, plan, log);
    return outcome.then((settled) => clean(settled, call, plan, log));
  };
}

function planFor(validator: Validator, { kind, tenant, target }: Call): ToolValidation {
  if (kind === "tool") {
    // By the name that the tool was defined with: the same text, but one that maps have seen before.
    const { name: tool, purposes, isUpstreams } = target!;
    const rules = isUpstreams === true ? validator.forUpstreams : validator;
    return rules.forTool({ tenant, tool, purposes });
  }
  const [name, purposes] = WHAT[kind];
  return validator.forTool({ tenant, tool: name, purposes });
}

function clean(outcome: Outcome, call: Call, { outputs }: ToolValidation, log: Logger): Outcome {
  if (isClean(outcome, outputs)) return outcome;
  const { outcome: cleaned, secrets } = cleanOutcome(outcome, outputs);
  tellSecrets(secrets, call, outputs, log);
  return cleaned;
}

/** What goes ahead of a result is held to the same as the result. */
function cleanEvents(call: Call, { outputs }: ToolValidation, log: Logger): void {
  const listener = call.onEvent!;
  call.onEvent = (event) => {
    const { event: cleaned, secrets } = cleanEvent(event, outputs);
    tellSecrets(secrets, call, outputs, log);
    listener(cleaned);
  };
}

function tellSecrets(count: number, call: Call, outputs: OutputPolicy, log: Logger): void {
  if (count === 0) return;
  const action = outputs.secrets === "mask" ? "masked" : "reported";
  log.warn("secrets in a result", { ...idOf(call), action, count });
}

/** One record a call, so that a call cannot flood the log. */
function tell(call: Call, findings: readonly Finding[], log: Logger): void {
  const { action, family, rule, pointer } = findings[0]!;
  log.warn("arguments look like an attack", {
    ...idOf(call),
    action,
    family,
    rule,
    pointer,
    findings: findings.length,
  });
}

function idOf({ kind, tool, tenant, adapter, id }: Call): Record<string, unknown> {
  return { [kind]: tool, tenant, adapter, request: id };
}

function subject({ kind, tool }: Call): string {
  return kind === "tool" ? `Cannot call "${tool}"` : `Cannot answer ${WHAT[kind][0]}`;
}
