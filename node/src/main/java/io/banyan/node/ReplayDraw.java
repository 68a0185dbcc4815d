package io.banyan.node;

import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Draws, from steps that stream by, those to run again: so many leaves, each equally likely, and
 * one merge of the lowest level, whose leaves are cheap to run again. (Vitter, "Random sampling
 * with a reservoir", 1985, algorithm R.)
 *
 * <p>For one thread.
 */
final class ReplayDraw {
  private final SecureRandom random = new SecureRandom();
  private final int leavesWanted;
  private final List<Step> leaves = new ArrayList<>();
  private Optional<Step> merge = Optional.empty();
  private long leavesSeen;
  private long mergesSeen;

  ReplayDraw(int leavesWanted) {
    this.leavesWanted = leavesWanted;
  }

  void offer(Step step) {
    if (leavesWanted == 0) {
      return;
    }
    if (step.claim().function() == GuestFunction.EXECUTE) {
      offerLeaf(step);
    } else if (isLowestMerge(step)) {
      mergesSeen++;
      if (random.nextLong(mergesSeen) == 0) {
        merge = Optional.of(step);
      }
    }
  }

  private void offerLeaf(Step step) {
    leavesSeen++;
    if (leaves.size() < leavesWanted) {
      leaves.add(step);
      return;
    }
    long slot = random.nextLong(leavesSeen);
    if (slot < leavesWanted) {
      leaves.set((int) slot, step);
    }
  }

  private static boolean isLowestMerge(Step step) {
    return step.claim().function() == GuestFunction.MERGE
        && step.node() instanceof PlanNode.Cells cells
        && cells.interval().count() <= Limits.FAN_OUT;
  }

  /** What was drawn: the leaves, and the merge if there was one to draw. */
  List<Step> steps() {
    List<Step> drawn = new ArrayList<>(leaves);
    merge.ifPresent(drawn::add);
    return List.copyOf(drawn);
  }
}
