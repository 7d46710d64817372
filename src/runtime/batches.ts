/** What adapters need of batches. */
export {
  checkIds,
  checkSize,
  readDeadline,
  readOnError,
  readParallel,
  refuseBatch,
} from "../batching/create_batch.ts";
export type { Batch, BatchCall } from "../batching/create_batch.ts";
export type {
  BatchItemResult,
  BatchReport,
  OpenBatch,
  ProcessBatchOptions,
} from "../batching/process_batch.ts";
