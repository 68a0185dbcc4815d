package io.banyan.delegation;

import io.banyan.schema.Cuts;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import java.util.Optional;

/** What the Delegator is told. Events arrive decoded and checked. */
public sealed interface Event {
  /**
   * A job was accepted: manifest, module and input are stored.
   *
   * @param cuts of the input; empty under the rule {@code module}
   * @param merges whether the module exports {@code merge}
   */
  record Submitted(JobId job, Manifest manifest, Optional<Cuts> cuts, boolean merges)
      implements Event {}

  /** A worker is done with a call. */
  record Executed(long call, CallReport report) implements Event {}

  /** The submitter does not want the job any more. */
  record Cancelled(JobId job) implements Event {}

  /** Time has passed: {@link Delegator#wakeNanos()} has come. */
  record Woken() implements Event {}
}
