package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
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
   * Sign a lease and offer it to the peer; answer with {@link Event.LeaseAccepted} or {@link
   * Event.LeaseRefused}, and after the former with {@link Event.Delivered} or {@link
   * Event.LeaseFailed}.
   *
   * @param lease a number that this node never gives again
   */
  record Lend(long lease, Loan loan) implements Command {}

  /**
   * Tell the child to stop. A delivery that is under way may still be told, and may still be of
   * use.
   *
   * @param reason for people
   */
  record Revoke(long lease, String reason) implements Command {}

  /**
   * Keep what a finished plan node came to: its own steps around those of its children.
   *
   * @param steps its split before its merge, or its execution
   * @param children its non-empty children, in order, each of which was recorded, adopted or reused
   *     before
   * @param evidence for it and all below
   */
  record Record(
      Digest link,
      PlanNode node,
      List<Step> steps,
      List<PlanNode> children,
      Value value,
      Evidence evidence)
      implements Command {
    public Record {
      steps = List.copyOf(steps);
      children = List.copyOf(children);
    }
  }

  /**
   * What {@code node} came to is what was delivered under {@code lease}: keep the steps that came
   * with it as those of {@code node} and all below.
   */
  record Adopt(Digest link, PlanNode node, long lease) implements Command {}

  /**
   * What {@code node} came to is what the task knew of it when it was begun: keep its steps, and
   * all below, as if they had been recorded now.
   */
  record Reuse(Digest link, PlanNode node) implements Command {}

  /**
   * What {@code node} came to is not needed any more, because something above it was delivered: let
   * go of what was recorded, adopted or reused for it and below, and release the blobs of its
   * value.
   *
   * @param value what it came to: one blob, or a rope, whose blobs the steps below name
   */
  record Forget(Digest link, PlanNode node, Value value) implements Command {}

  /** The task needs these blobs no more, once for each time they are named. */
  record Release(Digest link, List<BlobRef> blobs) implements Command {
    public Release {
      blobs = List.copyOf(blobs);
    }
  }

  /** Keep why this node does what it does with a task. */
  record Explain(Decision decision) implements Command {}

  /** The task is over; nothing more is said of it. */
  record Finish(Digest link, JobEnd end) implements Command {}
}
