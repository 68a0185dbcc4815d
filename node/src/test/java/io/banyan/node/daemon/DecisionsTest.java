package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.ComplexityScore;
import io.banyan.delegation.Decision;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.DecisionLine.Role;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.PlanNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of a job's prediction when the job is over. */
class DecisionsTest {
  private static final JobId JOB = new JobId(Digest.sha256(new byte[] {1}));

  private final List<DecisionLine> told = new ArrayList<>();
  private final Decisions decisions = new Decisions((_, line) -> told.add(line));

  private void made(Role role, boolean isSpeedMeasured, double alone, double together) {
    decisions.made(
        JOB,
        new Decision(
            JOB.digest(),
            new PlanNode.Cells(Interval.all(1)),
            new ComplexityScore(1, 1, 1),
            Decision.WeightSource.ESTIMATE,
            isSpeedMeasured,
            0.5,
            role,
            Decision.Reason.NOT_SOONER,
            alone,
            together,
            2));
  }

  /** What was predicted for the job, said with what it took. */
  private double predicted() {
    decisions.ended(JOB, JOB.digest());
    assertTrue(told.getLast().actualSeconds() > 0);
    return told.getLast().predictedSeconds();
  }

  @Test
  void jobThatStaysAtHomeIsPredictedByWhatItTakesAlone() {
    made(Role.WORKER, true, 2, 300);

    assertEquals(2, told.getFirst().predictedSeconds());
    assertEquals(2, predicted());
  }

  @Test
  void whatIsLeftTowardsTheEndIsNoPredictionForTheJob() {
    made(Role.WORKER, true, 2, 300);
    made(Role.WORKER, true, 0.1, 20);
    made(Role.WORKER, true, 0, 0);

    assertEquals(2, predicted());
  }

  @Test
  void firstDecisionToLendTellsOfAJobThatWasLent() {
    made(Role.WORKER, true, 2, 300);
    made(Role.MANAGER, true, 9, 5);
    made(Role.MANAGER, true, 4, 3);
    made(Role.WORKER, true, 0.2, 0.1);

    assertEquals(5, predicted());
  }

  @Test
  void guessGivesWayToWhatWasMeasured() {
    made(Role.WORKER, false, 70, 90);
    made(Role.WORKER, true, 2, 3);
    made(Role.WORKER, true, 1, 2);

    assertEquals(2, predicted());
  }
}
