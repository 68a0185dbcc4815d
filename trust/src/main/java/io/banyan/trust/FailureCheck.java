package io.banyan.trust;

import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskFailure;

/**
 * Whether a signed failure is one of a lease: who holds it says so, of a call that its plan node
 * has. Whether it is true only making that call again can show.
 *
 * <p>Safe for any thread.
 */
public final class FailureCheck {
  private final FailureRules rules;

  /** A check of failures in the job {@code job}, whose manifest's signature was checked before. */
  public FailureCheck(JobId job, Manifest manifest) {
    this.rules = new FailureRules(manifest, new LeaseRules(job, manifest));
  }

  /** What a failure came to. */
  public sealed interface Result {}

  /** The holder of the link stands for it. */
  public record Holds(TaskFailure failure) implements Result {}

  /**
   * It is none of the link.
   *
   * @param reason one sentence that names the rule and the value
   */
  public record Rejected(String reason) implements Result {}

  /** Checks a failure that came in answer to the lease of {@code link}. */
  public Result check(Link link, Signed failure) {
    try {
      return new Holds(rules.answering(link, failure));
    } catch (Breach e) {
      return new Rejected("task failure: " + e.reason());
    }
  }
}
