package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import java.util.List;

/** What the Delegator is told. Events arrive decoded and checked. */
public sealed interface Event {
  /** A task was accepted: all that it needs is stored here. */
  record Begun(Task task) implements Event {}

  /** A worker is done with a call. */
  record Executed(long call, CallReport report) implements Event {}

  /** Whoever gave the task does not want it any more. */
  record Cancelled(Digest link) implements Event {}

  /**
   * There is too much to do: the task ends, if nothing of it has begun. Otherwise nothing happens.
   */
  record Shed(Digest link) implements Event {}

  /** Time has passed: {@link Delegator#wakeNanos()} has come. */
  record Woken() implements Event {}

  /** There is a task stream to {@code peer}: for the first time, or again. */
  record PeerJoined(PeerId peer, PeerProfile profile) implements Event {}

  /** {@code peer}, which has joined, is something else by now than was said of it last. */
  record PeerChanged(PeerId peer, PeerProfile profile) implements Event {}

  /**
   * A heartbeat of {@code peer} has come, as it does every second.
   *
   * @param freeWorkers that it says are idle, 0 or more
   */
  record PeerHeard(PeerId peer, int freeWorkers) implements Event {
    public PeerHeard {
      if (freeWorkers < 0) {
        throw new IllegalArgumentException("peer " + peer + " has " + freeWorkers + " free");
      }
    }
  }

  /** The last connection to {@code peer} is gone. */
  record PeerLeft(PeerId peer) implements Event {}

  /**
   * A peer says that it has what {@code nodes} of the task under {@code link} come to: it worked on
   * them for somebody who is lost.
   */
  record PeerHolds(Digest link, PeerId peer, List<PlanNode> nodes) implements Event {
    public PeerHolds {
      nodes = List.copyOf(nodes);
    }
  }

  /** The child works on {@code lease}. */
  record LeaseAccepted(long lease) implements Event {}

  /**
   * The child says how far it has come with {@code lease}, itself and with what it lent of it.
   *
   * @param leavesDone 0 while it has done a part of the first
   */
  record LeaseProgressed(long lease, long leavesDone) implements Event {
    public LeaseProgressed {
      if (leavesDone < 0) {
        throw new IllegalArgumentException("a lease of which " + leavesDone + " leaves are done");
      }
    }
  }

  /**
   * The child does not.
   *
   * @param everMore whether it would refuse every part of this task; otherwise it is busy
   * @param retryAfterMillis until a busy peer wants to be asked again, 0 or more
   * @param sentence why, for people
   */
  record LeaseRefused(long lease, boolean everMore, long retryAfterMillis, String sentence)
      implements Event {
    public LeaseRefused {
      if (retryAfterMillis < 0) {
        throw new IllegalArgumentException(
            "lease " + lease + " refused for " + retryAfterMillis + " ms");
      }
    }
  }

  /**
   * A lease's receipt, claims and values were checked and are stored here. If no {@link
   * Command.Adopt} of this lease answers it, it came too late, and what was stored is the
   * performer's to drop.
   */
  record Delivered(long lease, Delivery delivery) implements Event {}

  /** A lease ended without a receipt. */
  record LeaseFailed(long lease, LeaseFailure failure) implements Event {}
}
