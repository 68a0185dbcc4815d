package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import org.junit.jupiter.api.Test;

class TaskStateTest {
  private static TaskState state() {
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 64, new BlobRef(Digest.ZERO, 640), 60_000, 1);
    Task task =
        TestingManifests.task(TestingManifests.link(1), manifest, manifest.cutsBySize(), true);
    TaskWalk.Overtaken nobody =
        new TaskWalk.Overtaken() {
          @Override
          public void call(long call) {}

          @Override
          public void lease(long lease, PlanNode node) {}
        };
    return new TaskState(task, 0, nobody, new Outbox());
  }

  /** However many names the peers of one machine give themselves. */
  @Test
  void noMorePeersAreBarredThanTheLimitAndThenNobodyIsLentTo() {
    TaskState state = state();

    for (int number = 0; number < TaskState.BARRED_MAX; number++) {
      assertTrue(state.allows(TestingManifests.peer(number)));
      state.bar(TestingManifests.peer(number));
      assertFalse(state.allows(TestingManifests.peer(number)));
    }
    assertFalse(state.allows(TestingManifests.peer(TaskState.BARRED_MAX)));
  }

  @Test
  void peersThatComeAndGoAreExplainedSoManyTimesAndNoMore() {
    TaskState state = state();

    assertTrue(state.explain(2));
    assertTrue(state.explain(2));
    assertFalse(state.explain(2));
  }
}
