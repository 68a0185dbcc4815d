package io.banyan.node;

import io.banyan.schema.JobId;
import io.banyan.schema.Signed;

/**
 * A job that can be run.
 *
 * @param signed the manifest, as its submitter signed it
 */
public record PreparedJob(JobId id, Signed signed, JobDraft draft) {}
