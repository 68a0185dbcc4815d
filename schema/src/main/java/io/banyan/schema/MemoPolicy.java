package io.banyan.schema;

/** Whether finished plan nodes of a job may be remembered and used again. */
public enum MemoPolicy {
  /** By later jobs of the same submitter. */
  PRIVATE,
  /** By anyone's later jobs. */
  SHARED,
  /** By nobody, nor does the job use what is remembered. */
  REFUSED
}
