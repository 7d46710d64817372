/**
 * gomcp as a library: define tools, put a runtime together, serve it.
 *
 * @module
 */
export { defineTool } from "./src/tools/define_tool.ts";
export type {
  ArgsOf,
  HandlerReturn,
  StructuredOf,
  Tool,
  ToolAnnotations,
  ToolOptions,
  ToolPermissions,
} from "./src/tools/tool.ts";
export type { HandlerContext } from "./src/authoring/context.ts";
export type { HandlerLog, SayLog } from "./src/authoring/handler_log.ts";
export type {
  ElicitResult,
  FormContent,
  FormRequest,
  Root,
  SampleRequest,
  SampleResult,
  UrlRequest,
} from "./src/authoring/ask.ts";
export { defineResource } from "./src/resources/define_resource.ts";
export type {
  ReadRequest,
  ReadReturn,
  Resource,
  ResourceContents,
  ResourceOptions,
} from "./src/resources/resource.ts";
export type { ParamHeader } from "./src/protocol/param_headers.ts";
export type { UriTemplate } from "./src/protocol/uri_template.ts";
export { definePrompt } from "./src/prompts/define_prompt.ts";
export type {
  Prompt,
  PromptArgs,
  PromptMessage,
  PromptOptions,
  PromptReturn,
} from "./src/prompts/prompt.ts";
export type { Completer } from "./src/authoring/completion.ts";
export type { Hosted, HostReply } from "./src/authoring/hosted.ts";
export type { CompiledSchema, JsonSchema } from "./src/authoring/compiled_schema.ts";
export type { SchemaSource } from "./src/authoring/schema.ts";
export type { ZodSchema } from "./src/authoring/schema_zod.ts";
export type {
  BlockBase,
  ContentAnnotations,
  ContentBlock,
  Icon,
  MediaBlock,
  ResourceBlock,
  ResourceLinkBlock,
  TextBlock,
  ToolResult,
} from "./src/protocol/content.ts";
export type { Catalog, Features } from "./src/runtime/catalog.ts";
export type { Authenticator } from "./src/runtime/authenticate.ts";
export type { LoginRecorder, RefusedLogin } from "./src/runtime/record_logins.ts";
export type { OutcomeListener } from "./src/batching/batch.ts";
export type { Finder } from "./src/pipeline/admission.ts";
export type {
  AllowsResource,
  ResourceEntry,
  ResourceRegistry,
} from "./src/resources/resource_registry.ts";
export type { PromptEntry, PromptRegistry } from "./src/prompts/prompt_registry.ts";
export type { CompletionRequest } from "./src/authoring/completion.ts";
export { createRuntime } from "./src/runtime/runtime.ts";
export type {
  FeatureHosts,
  Registry,
  Runtime,
  RuntimeOptions,
  ToolEntry,
} from "./src/runtime/runtime.ts";
export type { GenerationFeatures, Policies } from "./src/runtime/generation.ts";
export type { GenerationsState } from "./src/runtime/generations.ts";
export type { CatalogChanges, Changes } from "./src/runtime/changes.ts";
export type {
  CallCounts,
  CallStatsSnapshot,
  ProblemCounts,
} from "./src/runtime/stats/call_stats.ts";
export type { Buckets } from "./src/runtime/stats/latency.ts";
export type { RateKey, RateLimit, RateOperation } from "./src/base/rate_limit.ts";
export type { RateReading } from "./src/pipeline/rate.ts";
export type { RateLimiter, RateLimiterStats, RateSubject } from "./src/ratelimit/limiter.ts";
export type { Decision } from "./src/pipeline/outcome.ts";
export type { Page } from "./src/base/sorted_list.ts";
export type { ServerInfo } from "./src/protocol/versions.ts";
export { createBatch } from "./src/batching/create_batch.ts";
export type { Batch, BatchBuilder, BatchCall, OnError } from "./src/batching/create_batch.ts";
export type {
  BatchItemResult,
  BatchOpener,
  BatchOwner,
  BatchReport,
  OpenBatch,
  ProcessBatchOptions,
} from "./src/batching/process_batch.ts";
export { Call } from "./src/pipeline/call.ts";
export type { CallKind } from "./src/protocol/methods.ts";
export type {
  AdapterName,
  ArgumentsCheck,
  CallEvent,
  CallOptions,
  ClientInfo,
  Handler,
  Layer,
  Target,
  TargetTask,
  TaskTicket,
} from "./src/pipeline/call.ts";
export type { TraceContext } from "./src/pipeline/trace.ts";
export type {
  Answered,
  Completed,
  Failed,
  InputRequired,
  Outcome,
  ToolOutcome,
} from "./src/pipeline/outcome.ts";
export type { EventHub, Listener, ListName, ServerEvent } from "./src/pipeline/events.ts";
export type { Asker, InputMethod, InputRequest } from "./src/pipeline/input.ts";
export { createValidator, defaultValidator } from "./src/security/validator.ts";
export type {
  ToolValidation,
  Validation,
  ValidationContext,
  Validator,
  ValidatorOptions,
} from "./src/security/validator.ts";
export type {
  OutputPolicy,
  StructuralLimits,
  ValidationPolicy,
  ValidationRule,
  ValidationSettings,
} from "./src/security/policy.ts";
export type { Finding, LimitName, Scan, Violation } from "./src/security/findings.ts";
export type { FindingListener } from "./src/security/validation.ts";
export type { Family, FamilyMode } from "./src/security/families.ts";
export type { ArgumentPurpose, ArgumentPurposes, ArgumentUse } from "./src/pipeline/purpose.ts";
export type { Binding, OpenedState, StateSealer } from "./src/security/sealed_state.ts";
export type { McpLogLevel } from "./src/protocol/logging.ts";
export type { CancelTimer, Clock } from "./src/base/clock.ts";
export type { LogFields, Logger } from "./src/base/log.ts";
export type { Access, VisibleNames } from "./src/pipeline/access.ts";
export type { BatchTicket } from "./src/pipeline/ticket.ts";
export { createTenantManager } from "./src/tenants/manager.ts";
export type { TenantManager, TenantManagerOptions, TenantStats } from "./src/tenants/manager.ts";
export type { TenantDefaults } from "./src/tenants/tenant_defaults.ts";
export type { CreatedKey, KeyOptions, TenantKey } from "./src/tenants/tenant_keys.ts";
export type { TenantChange, TenantSettings } from "./src/tenants/tenant_records.ts";
export type { TenantUsage, Used } from "./src/tenants/tenant_usage.ts";
export type { QuotaPeriod, Tenant, TenantLimits, TenantRate } from "./src/tenants/tenant.ts";
export type { Debit, Meter, QuotaGate } from "./src/tenants/gate.ts";
export type { StateFailure } from "./src/tenants/store_health.ts";
export type { TokenClaims, TokenVerifier } from "./src/tenants/token.ts";
export type { ScopeRule } from "./src/tenants/scope_rules.ts";
export { createJwtVerifier } from "./src/stores/oauth/jwt_verifier.ts";
export type { JwtVerifier } from "./src/stores/oauth/jwt_verifier.ts";
export type { JwtVerifierOptions } from "./src/stores/oauth/jwt_options.ts";
export type { TokenAlgorithm } from "./src/base/token_algorithms.ts";
export type { TenantSource } from "./src/stores/oauth/token_claims.ts";
export type { KeyRecord } from "./src/tenants/api_key.ts";
export type {
  ChangeListener,
  Counter,
  FaultListener,
  MaybePromise,
  SlotHolder,
  StateStore,
  Taken,
} from "./src/tenants/state_store.ts";
export type { RateCells, RateTaken } from "./src/tenants/rate_cells.ts";
export { memoryState } from "./src/stores/state/memory_state.ts";
export { openState } from "./src/stores/state/open_state.ts";
export { memoryTasks } from "./src/stores/tasks/memory_tasks.ts";
export { openTasks } from "./src/stores/tasks/open_tasks.ts";
export type { TaskOptions } from "./src/runtime/tasks.ts";
export type { Tasks, TaskStarted } from "./src/tasks/tasks.ts";
export type { AskedInput, Task, TaskOwner, TaskStatus } from "./src/tasks/task.ts";
export type { TaskRunner, TaskRuns } from "./src/tasks/task_runner.ts";
export type {
  QuotaFault,
  StoredTask,
  TaskChangeListener,
  TaskFilter,
  TaskQuota,
  TaskStore,
} from "./src/tasks/task_store.ts";
export { createSupervisor } from "./src/supervisor/supervisor.ts";
export type { ShutdownResult, Supervisor, SupervisorStats } from "./src/supervisor/supervisor.ts";
export type { SupervisorOptions } from "./src/supervisor/options.ts";
export { serveGrpc } from "./src/adapters/grpc/grpc.ts";
export type { GrpcOptions, GrpcServer } from "./src/adapters/grpc/options.ts";
export type { TlsOptions } from "./src/adapters/tls/options.ts";
export { serveHttp } from "./src/adapters/http/http.ts";
export type { HttpOptions, HttpServer } from "./src/adapters/http/http.ts";
export type { SiblingOptions } from "./src/adapters/http/siblings.ts";
export { serveCertifiedHttp } from "./src/adapters/http/http_certified.ts";
export type { CertifiedHttpOptions } from "./src/adapters/http/http_certified.ts";
export type { ProtectedResource } from "./src/adapters/http/protected_resource.ts";
export type { GuardOptions } from "./src/adapters/http/guard.ts";
export { serveStdio } from "./src/adapters/stdio/stdio.ts";
export type { ByteReader, StdioEnd, StdioOptions } from "./src/adapters/stdio/stdio.ts";
export type { ByteWriter } from "./src/adapters/stdio/output.ts";
export { createAuditLog } from "./src/audit/audit_log.ts";
export type { AuditLog, AuditStats } from "./src/audit/audit_log.ts";
export { AUDIT_MODES } from "./src/audit/log_options.ts";
export type { AuditLogOptions, AuditMode } from "./src/audit/log_options.ts";
export type { SinkState, SinkStats } from "./src/audit/lane.ts";
export { createAuditPolicy, parseAuditPolicy } from "./src/audit/policy.ts";
export type {
  AppliedRule,
  AuditPolicy,
  AuditPolicyOptions,
  AuditRule,
} from "./src/audit/policy.ts";
export { AUDIT_LEVELS, AUDIT_STAGES } from "./src/audit/record.ts";
export type {
  AuditCode,
  AuditDecision,
  AuditEntry,
  AuditKind,
  AuditLevel,
  AuditRecord,
  AuditStage,
} from "./src/audit/record.ts";
export type { Redacted, RedactOptions, Redactor } from "./src/audit/redact.ts";
export type { SecretShape } from "./src/audit/secret_shapes.ts";
export type { AuditSink } from "./src/audit/sink.ts";
export type { AuditBatch } from "./src/audit/batch.ts";
export { createAuditSigner } from "./src/audit/signer.ts";
export type { AuditSigner } from "./src/audit/signer.ts";
export type { TenantKeys } from "./src/audit/tenant_keys.ts";
export { openAuditFile } from "./src/stores/audit/file_sink.ts";
export type { AuditFileOptions, FsyncPolicy } from "./src/stores/audit/file_options.ts";
export { otlpAuditSink } from "./src/stores/audit/otlp_sink.ts";
export type { OtlpAuditOptions } from "./src/stores/audit/otlp_sink.ts";
export { GomcpError } from "./src/base/errors.ts";
export type { Problem } from "./src/base/errors.ts";
export type { ErrorCode } from "./src/base/code_table.ts";
