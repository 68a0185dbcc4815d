package io.banyan.trust;

import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A door to {@link PlanCheck} for this module's tests, which hold what the Delegator recorded
 * against it. It stands in trust's package because that class is not for others to use.
 */
public final class TestingPlanCheck {
  private TestingPlanCheck() {}

  /** What the steps come to, or why they are not the plan's. */
  public sealed interface Result {
    record Holds(Value value, Evidence evidence) implements Result {}

    record Fails(String reason) implements Result {}
  }

  /** Holds {@code steps} against the plan of {@code manifest}. */
  public static Result check(
      Manifest manifest,
      boolean merges,
      Optional<Cuts> cuts,
      Function<Interval, Digest> chunk,
      List<Step> steps) {
    JobContent content =
        new JobContent() {
          @Override
          public boolean merges() {
            return merges;
          }

          @Override
          public Cuts cuts() {
            return cuts.orElseThrow();
          }

          @Override
          public Digest chunk(Interval cell) {
            return chunk.apply(cell);
          }
        };
    try {
      Link job = Link.ofJob(new JobId(Digest.ZERO), manifest);
      PlanCheck.Found found =
          new PlanCheck(manifest, content, steps.iterator(), _ -> {}, (_, _, _) -> {})
              .from(job.node(), job.part());
      return new Result.Holds(found.value(), found.evidence());
    } catch (Breach e) {
      return new Result.Fails(e.reason());
    }
  }
}
