package io.banyan.schema;

/**
 * What an entry node signs when manifest, module and input are stored and synced: the job will end
 * in exactly one way.
 *
 * @param acceptedMillis Unix time
 * @param retentionMillis how long the result is kept once the job is final
 */
public record Accepted(JobId job, long acceptedMillis, long retentionMillis) {
  public Accepted {
    Rules.atLeastZero("time of acceptance", acceptedMillis);
    Rules.atLeastZero("retention", retentionMillis);
  }
}
