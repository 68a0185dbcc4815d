package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.JobId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import java.util.List;

/** What the Delegator wants done. Commands are performed in the order of their list. */
public sealed interface Command {
  /** Make this call; answer with {@link Event.Executed}. */
  record Execute(long call, PlannedCall planned) implements Command {}

  /**
   * Stop this call. Its report will be ignored, and what it has stored by then is the performer's
   * to drop.
   */
  record Interrupt(long call) implements Command {}

  /**
   * Keep what a finished plan node came to: its own steps around those of its children.
   *
   * @param steps its split before its merge, or its execution
   * @param children its non-empty children, in order, each of which was recorded before
   */
  record Record(JobId job, PlanNode node, List<Step> steps, List<PlanNode> children)
      implements Command {
    public Record {
      steps = List.copyOf(steps);
      children = List.copyOf(children);
    }
  }

  /** The job needs these blobs no more, once for each time they are named. */
  record Release(JobId job, List<BlobRef> blobs) implements Command {
    public Release {
      blobs = List.copyOf(blobs);
    }
  }

  /** Keep why this node does what it does with a job. */
  record Explain(Decision decision) implements Command {}

  /** The job is over. */
  record Finish(JobId job, JobEnd end) implements Command {}
}
