/** Every hard bound of the program, by name. Each says what happens when it is reached. */

export const LIMITS = {
  /** Bytes of one message: a stdio line or an HTTP body. Above: `too_large`; the stream goes on. */
  messageBytesMax: 4 * 1024 * 1024,
  /** How long the head and the body of an HTTP request may each take to come, unless the server is told otherwise. */
  requestMsMax: 30_000,
  /** Connections of one address over HTTP, unless the server is told otherwise. Above: the newest are ended. */
  connectionsPerAddressMax: 1_000,
  /** Arrays and objects within each other in one message that is not a short one. Above: `parse_error`. */
  messageDepthMax: 64,
  /** Characters of a message that may be as deep as it has room for. */
  messageShortChars: 1_024,
  /** UTF-8 bytes of a string in a tool's arguments, unless the tool says more. Above: `invalid_arguments`. */
  argumentStringBytesMax: 100 * 1024,
  /** Items of an array in a tool's arguments. Above: `invalid_arguments`. */
  argumentItemsMax: 10_000,
  /** Keys of an object in a tool's arguments. Above: `invalid_arguments`. */
  argumentKeysMax: 1_000,
  /** Arrays and objects within each other in a tool's arguments. Above: `invalid_arguments`. */
  argumentDepthMax: 20,
  /** Values of any kind in a tool's arguments. Above: `invalid_arguments`. */
  argumentNodesMax: 100_000,
  /** UTF-8 bytes of all strings and keys in a tool's arguments. Above: `invalid_arguments`. */
  argumentBytesMax: 4 * 1024 * 1024,
  /** Places in a tool's arguments that a pattern looks at twice. Above: `invalid_arguments`. */
  argumentLooksMax: 20_000,
  /** Findings that are told of one call. Above: the rest is not. */
  findingsMax: 8,
  /** Rules of a validation policy. Above: it is refused. */
  policyRulesMax: 1_000,
  /** Tools whose plan of validation is kept. Above: all are made anew. */
  validationPlansMax: 10_000,
  /** Messages in one JSON-RPC batch (revision 2025-03-26). Above: `invalid_request`. */
  rpcBatchMax: 100,
  /** Items in one REST batch. Above: `too_large`. */
  batchItemsMax: 100,
  /** Requests open at once in one conversation (a stdio process or an HTTP session). Above: `overloaded`. */
  openRequestsMax: 4_096,
  /** Characters of a request id that is a string. Above: `invalid_request`. */
  requestIdCharsMax: 256,
  /** Bytes waiting for a client that does not read. Above: notifications are dropped. */
  outputSoftBytesMax: 4 * 1024 * 1024,
  /** Bytes waiting for a client that does not read. Above, it has `outputGraceMs` to go on reading. */
  outputHardBytesMax: 64 * 1024 * 1024,
  /** How long a client may read nothing while more than `outputHardBytesMax` wait; then it is disconnected. */
  outputGraceMs: 1_000,
  /** How long a write may make no progress before the client is disconnected. */
  outputStallMs: 30_000,
  /** Calls that may run at once. A larger `maxWorkers` is refused. */
  workersMax: 100_000,
  /** Calls that may wait for a worker. A larger `queueMax` is refused. */
  queueMax: 1_000_000,
  /** Tools that go on after their call was given up. Above: their slots stay taken. */
  abandonedCallsMax: 10_000,
  /** Characters of events kept for legacy clients that come back for them. Above: the oldest are forgotten. */
  replayCharsMax: 64 * 1024 * 1024,
  /** Streams of one session whose events are kept after their end. Above: the oldest is forgotten. */
  replayStreamsMax: 64,
  /** How long a client has to come back for the events of a stream. */
  replayKeepMs: 60_000,
  /** Legacy HTTP sessions. Above: the one unused for longest ends, unless all are in use: `overloaded`. */
  sessionsMax: 10_000,
  /** A legacy session that is unused for this long ends. */
  sessionIdleMs: 30 * 60_000,
  /** How long a listener process that is replaced still answers, each connection once, before it closes its port. */
  retiringAnswersMs: 2_000,
  /** Processes that listen on one port. More are refused. */
  processesMax: 64,
  /** Characters of the answer of an admin socket. Above: it is not read. */
  adminAnswerCharsMax: 64 * 1024 * 1024,
  /** How long the modules of a reload may take to load. Above: it has failed. */
  reloadMsMax: 60_000,
  /** Generations whose calls have not ended. Above: those of the oldest are stopped. */
  retiringMax: 8,
  /** How long calls may go on in a generation that was replaced. Above: they are stopped. */
  retireMsMax: 10 * 60_000,
  /** Tools, and tenants, whose calls are counted one by one. Above: the rest is counted together. */
  statsLabelsMax: 1_000,
  /** Tools of one page of `tools/list`. */
  toolsPageMax: 100,
  /** Tools of one server. Above: it does not start. */
  toolsMax: 100_000,
  /** Resources and templates of one server. Above: it does not start. */
  resourcesMax: 100_000,
  /** Prompts of one server. Above: it does not start. */
  promptsMax: 100_000,
  /** Characters of a URI. Above: no resource has it. */
  uriCharsMax: 8_192,
  /** Proposals of one completion (MCP, server/utilities/completion). Above: the rest is counted. */
  completionValuesMax: 100,
  /** Request states that were used and have not expired. Above: the oldest may be used once more. */
  usedStatesMax: 100_000,
  /** How long a client may take to answer what a handler asked. */
  requestStateTtlMs: 10 * 60_000,
  /** Questions to one client that wait for an answer. Above: `overloaded`. */
  openQuestionsMax: 64,
  /** Clients that listen for changes at once. Above: `overloaded`. */
  listenersMax: 10_000,
  /** Resources that one client subscribes to. Above: the subscription is refused. */
  subscriptionsMax: 1_000,
  /** How often an event stream on which nothing happens carries a comment. */
  keepAliveMs: 15_000,
  /** Bytes of a tool's rendered definition. Above: the tool is refused at load. */
  toolDefinitionBytesMax: 256 * 1024,
  /** Levels of a JSON Schema. Above: it is refused. */
  schemaDepthMax: 64,
  /** Objects and arrays within a JSON Schema. Above: it is refused. */
  schemaNodesMax: 10_000,
  /** How long checking a value against a JSON Schema may take. Above: the value is refused. */
  validationMsMax: 250,
  /** Bytes of a tool's rendered result. Above: the call ends as `tool_error`. */
  resultBytesMax: 16 * 1024 * 1024,
  /** The longest deadline of a call. A longer one is refused at load. */
  timeoutMsMax: 24 * 3_600_000,
  /** Rate limits of one server. Above: it does not start. */
  rateLimitsMax: 32,
  /** Characters of a rate limit's name. Above: the limit is refused. */
  rateNameCharsMax: 64,
  /** Calls per period, and calls at once, of a rate limit. Above: the limit is refused. */
  rateCountMax: 1_000_000,
  /** The fastest rate: the time between two calls is kept in whole nanoseconds. Above: refused. */
  ratePerSecMax: 1_000_000,
  /** The longest period of a rate limit. A longer one is refused. */
  ratePeriodMsMax: 24 * 3_600_000,
  /** How long a rate limit that is used up may take to be whole again. A longer one is refused. */
  rateFillMsMax: 30 * 24 * 3_600_000,
  /** Tools that a rate limit names. Above: the limit is refused. */
  rateGlobsMax: 100,
  /**
   * Keys that rate limits can tell apart at once, at least. Above: keys whose limit is whole are
   * forgotten; where there is none, calls of new keys are refused as `overloaded`.
   */
  rateKeysMax: 1_000_000,
  /** Bytes that `read_file` gives in one call. */
  fileReadBytesMax: 1024 * 1024,
  /** Bytes that `write_file` takes in one call. */
  fileWriteBytesMax: 1024 * 1024,
  /** Entries that `list_dir` gives in one call. */
  listEntriesMax: 1_000,
  /** Matches that `search_files` gives in one call. */
  searchMatchesMax: 200,
  /** Files that `search_files` looks at in one call. */
  searchFilesMax: 10_000,
  /** Bytes that `search_files` reads in one call. Above: it stops and says so. */
  searchBytesMax: 256 * 1024 * 1024,
  /** Characters of the text that `search_files` looks for. */
  searchTextCharsMax: 1_000,
  /** Names that `search_files` can be told to leave out. */
  searchExcludesMax: 20,
  /** Characters of a line that `search_files` shows; longer ones are clipped. */
  searchLineCharsMax: 200,
  /** Characters of a glob. Above: it is refused. */
  globCharsMax: 256,
  /** Alternatives that the braces of a glob may come to. Above: it is refused. */
  globAlternativesMax: 64,
  /** Characters of a path below a root. Above: it is refused. */
  pathCharsMax: 4_096,
  /** Symbolic links on the way of a path, as many as Linux follows. Above: it is refused. */
  pathLinksMax: 40,
  /** Names on the way of a path, those of links included. Above: it is refused. */
  pathStepsMax: 2_500,
  /** Modules that a tool module imports, looked through for npm packages. */
  moduleFilesMax: 1_000,
  /** Characters of one line that a tool host says. Above: it is killed. */
  hostLineCharsMax: 64 * 1024 * 1024,
  /** Characters of a line that a tool prints. Above: the rest of the line is left out of the log. */
  hostPrintedCharsMax: 4_096,
  /** Lines a second that one tool host may print. Above: they are left out of the log, and counted. */
  hostPrintedPerSec: 100,
  /** Characters a second that are read of what a process prints. Above: it waits for the next second. */
  printedCharsPerSec: 4 * 1024 * 1024,
  /** Frames a second that a tool host may say beside its results. Above `hostFramesBurst`: it is killed. */
  hostFramesPerSec: 20_000,
  /** How many of them may come at once. */
  hostFramesBurst: 200_000,
  /** Characters a second that a tool host may say beside its results. Above the burst: it is killed. */
  hostCharsPerSec: 64 * 1024 * 1024,
  /** How many of them may come at once. */
  hostCharsBurst: 256 * 1024 * 1024,
  /** Bytes that a tool host has not read. Above: it gets no more calls meanwhile. */
  hostWaitingBytesMax: 16 * 1024 * 1024,
  /** Tool hosts of one module. A larger number is refused. */
  hostInstancesMax: 64,
  /** Calls that one tool host may have at once. A larger number is refused. */
  hostCallsMax: 10_000,
  /** Tool hosts that are started at the same time when modules are loaded. */
  hostStartsMax: 4,
  /** Modules that one process describes: its arguments name all their files. */
  describedMax: 50,
  /** Audit records kept in memory for a live look. Above: the oldest goes. */
  auditRingMax: 100_000,
  /** Audit records of one batch: what a crash can take at most of a log that does not wait. */
  auditBatchRecords: 256,
  /** How long an audit record waits for others of its batch before it is written and chained. */
  auditFlushMs: 50,
  /** Bytes that wait for one audit sink. Above: records are dropped and counted, or calls refused. */
  auditPendingBytesMax: 32 * 1024 * 1024,
  /** Bytes of one write to an audit sink. */
  auditWriteBytesMax: 4 * 1024 * 1024,
  /** How long an audit sink that failed is left alone. */
  auditRetryMs: 1_000,
  /** Bytes of a recorded value. Above: the record has its size and hash only. */
  auditValueBytesMax: 64 * 1024,
  /** Nesting of a recorded value. Deeper: the record says so instead. */
  auditValueDepthMax: 64,
  /** Bytes of a line of an audit log that is read. Above: it is taken for damaged. */
  auditLineBytesMax: 4 * 1024 * 1024,
  /** Pairs of tool and adapter whose audit rule is remembered. Above: all are looked up anew. */
  auditRulesCached: 10_000,
  /** Rules of an audit policy. Above: it is refused. */
  auditRulesMax: 1_000,
  /** Findings of `audit verify` that are told one by one; the rest is counted. */
  auditFindingsMax: 1_000,
  /** Calls of a replay that are open at once. */
  auditReplayOpenMax: 1_000,
  /** Characters of a tenant's id. Above: it is refused. */
  tenantIdCharsMax: 64,
  /** Characters of a tenant's or key's name. Above: it is refused. */
  tenantNameCharsMax: 200,
  /** Globs of one access rule. Above: it is refused. */
  tenantGlobsMax: 1_000,
  /** Keys of one tenant. Above: another is refused. */
  tenantKeysMax: 1_000,
  /** Tenants of one page. */
  tenantsPageMax: 1_000,
  /** Callers whose credentials are remembered. Above: the one unseen for longest is looked up anew. */
  accessesMax: 10_000,
  /** Tenants whose use is counted in one process. Above: those without use are forgotten. */
  tenantsCountedMax: 1_000_000,
  /** Different views of the tools that are kept ready. Above: the one unseen for longest is made anew. */
  tenantViewsMax: 256,
  /** Calls of a quota that one process has for itself at once, at most; and no more than a 64th of it. */
  quotaBlockMax: 4_096,
  /** Bytes of a quota that one process has for itself at once, at most; and no more than a 64th of it. */
  quotaBytesBlockMax: 4 * 1024 * 1024,
  /** Calls that are debited at once. Above: refused. */
  reservedCallsMax: 1_000_000_000,
  /** How long a process believes that a quota is used up before it asks again. */
  quotaEmptyMs: 50,
  /** How long calls at a tenant's rate that one process has for itself may be used; then they are void. */
  rateHoldMs: 100,
  /** How long a process whose tenant goes as fast as it may lets calls gather before it asks again. */
  rateGatherMs: 10,
  /** How often a process gives back what it has not used for that long, and renews the rest. */
  quotaTickMs: 1_000,
  /** How long the slots of a process that is gone are held. */
  slotTtlMs: 5_000,
  /** How long a state store may take to answer. Above: it is away. */
  stateTimeoutMs: 2_000,
  /** How long a call waits for the lock of a state file, and all others with it. Above: it is away. */
  stateLockMs: 100,
  /** How often a process looks for changes of tenants, whether or not the store tells it. */
  statePollMs: 250,
  /** Characters of a credential. Above: it is refused unseen. */
  credentialCharsMax: 16_384,
  /** How far the clocks of a token's issuer and of this machine may be apart. */
  tokenSkewMs: 30_000,
  /** Characters of a token's subject. Above: it is refused. */
  tokenSubjectCharsMax: 256,
  /** Scopes that are good for something. Above: a server does not start. */
  scopeRulesMax: 100,
  /** How long an issuer of tokens may take to give its keys, discovery included. Above: it is away. */
  issuerTimeoutMs: 5_000,
  /** Bytes of one answer of an issuer. Above: it is refused. */
  issuerAnswerBytesMax: 256 * 1024,
  /** Keys of one issuer. Above: all of them are refused. */
  issuerKeysMax: 100,
  /** How often the keys of an issuer are looked at. */
  issuerRefreshMs: 10 * 60_000,
  /** How soon a token by an unknown key makes the keys be looked at again. */
  issuerCoolDownMs: 30_000,
  /** How soon an issuer that is away is asked again: at first, and at last. */
  issuerRetryMs: 1_000,
  issuerRetryMsMax: 60_000,
  /** How long the keys of an issuer that is away are good. Above: its tokens are refused. */
  issuerAwayMsMax: 6 * 3_600_000,
  /** What a message of gRPC may be longer than `messageBytesMax` for what stands around it. Above: too large. */
  grpcOverheadBytes: 64 * 1024,
  /** Streams, calls among them, that one gRPC connection may have open. Above: they wait. */
  grpcStreamsMax: 1_000,
  /** Sessions of MCP over gRPC that a server has open. Above: `overloaded`. */
  grpcSessionsMax: 10_000,
  /** Bytes of one frame of a session, unless one message is longer. */
  grpcFrameBytesMax: 256 * 1024,
  /** How often a gRPC connection on which nothing moves is asked whether it is still there. */
  grpcKeepAliveMs: 60_000,
  /** How long it may take to answer. Above: it is ended. */
  grpcKeepAliveTimeoutMs: 20_000,
  /** How long a gRPC connection without calls stays open. */
  grpcIdleMs: 30 * 60_000,
  /** How old a gRPC connection gets before its client is sent to a new one, unless told otherwise. */
  grpcConnectionAgeMs: 60 * 60_000,
  /** Characters of a problem's detail in gRPC's trailers, which clients take in bounded length. */
  grpcDetailCharsMax: 500,
  /** How long a TLS handshake may take. Above: the connection is ended. */
  tlsHandshakeMs: 10_000,
  /** How often files of certificates are looked at for changes. */
  tlsLookMs: 2_000,
  /** How often it is looked whether a server is ready, while somebody watches. */
  healthLookMs: 250,
  /** Tools, resources or prompts that one upstream may have. Above: it is not served. */
  upstreamItemsMax: 10_000,
  /** Upstreams of one server. A larger number is refused. */
  upstreamsMax: 1_000,
  /** Characters of one message of an upstream. Above: its connection is ended. */
  upstreamMessageCharsMax: 64 * 1024 * 1024,
  /** Bytes that an upstream has not read. Above: it gets no more calls meanwhile. */
  upstreamWaitingBytesMax: 16 * 1024 * 1024,
  /** Calls given up of which an upstream may still speak; of the oldest it is forgotten. */
  upstreamGivenUpMax: 1_000,
  /** After how long a call that was given up is taken to have ended over there. */
  upstreamGivenUpMs: 60_000,
  /** Resources of which an upstream is asked to tell. Above: of the others clients hear by chance. */
  upstreamSubscriptionsMax: 10_000,
  /** How long an upstream's name is taken to mean the addresses that were looked up. */
  upstreamPinMs: 60_000,
  /** Characters of an OpenAPI document. Above: its upstream is not served. */
  apiDocumentCharsMax: 16 * 1024 * 1024,
  /** How soon the lists of an upstream are read again, however short-lived it says they are. */
  upstreamRefreshMsMin: 30_000,
  /** Tasks of one tenant that have not ended, unless the server is told otherwise. */
  openTasksMax: 1_000,
  /** Bytes of arguments, answers and results that the tasks of one tenant may take up. */
  taskBytesMax: 256 * 1024 * 1024,
  /** Tasks that one process runs at once; others wait, or run elsewhere. */
  taskRunsMax: 1_000,
  /** Attempts at a task that may run again; then it has failed. */
  taskAttemptsMax: 3,
  /** The longest wait between two attempts. */
  taskBackoffMsMax: 60_000,
  /** Progress of a task is written at most so often. */
  taskProgressMs: 500,
  /** Characters of a task's status message. */
  taskMessageCharsMax: 1_000,
  /** Characters of an id of a task that is looked up. */
  taskIdCharsMax: 64,
  /** Tasks whose changes one subscription can name. */
  taskSubscriptionsMax: 1_000,
  /** Tasks that a list shows at once. */
  tasksPageMax: 1_000,
  /** How often a process looks for tasks that nobody runs, and for changes in a state file. */
  taskPollMs: 1_000,
  taskWatchMs: 25,
  /** How long a process goes on to listen for changes that nobody wants to know. */
  taskIdleMs: 10_000,
  /** Tasks that are removed at once when their time is over, and how often that is looked for. */
  taskEvictMax: 500,
  taskEvictMs: 5_000,
} as const;
