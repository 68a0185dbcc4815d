package io.banyan.node.daemon;

import io.banyan.delegation.Decision;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.DecisionLine.Role;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Why this node did what it did, for each job, its own and others': the decision on each link that
 * says most of it, and what it came to.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class Decisions {
  /** Other nodes' jobs that are remembered; the one that was heard of longest ago goes first. */
  static final int JOBS_MAX = 64;

  /** Lines for each of them. */
  static final int LINES_MAX = 512;

  private final BiConsumer<JobId, DecisionLine> told;
  private final Map<Digest, Open> open = new HashMap<>(); // links under way
  private final Map<JobId, List<DecisionLine>> elsewhere =
      new LinkedHashMap<>(16, 0.75f, true); // the one heard of longest ago first

  /**
   * A link under way, with the decision that says most of it: the first to lend, or the first at
   * all, since later ones are about what is left by then; but one that rests on no call of this
   * node gives way to one that does.
   */
  private static final class Open {
    final long beginNanos = System.nanoTime();
    Decision telling;
    long tellingNanos = beginNanos;

    Open(Decision first) {
      telling = first;
    }

    void made(Decision decision) {
      boolean lendsAtLast = telling.role() == Role.WORKER && decision.role() == Role.MANAGER;
      boolean isMeasuredAtLast =
          telling.role() == decision.role()
              && !telling.isSpeedMeasured()
              && decision.isSpeedMeasured();
      if (lendsAtLast || isMeasuredAtLast) {
        telling = decision;
        tellingNanos = System.nanoTime();
      }
    }
  }

  /** {@code told} takes what is decided about jobs that were submitted here. */
  Decisions(BiConsumer<JobId, DecisionLine> told) {
    this.told = told;
  }

  /** The driver decided. */
  void made(JobId job, Decision decision) {
    synchronized (this) {
      Open known = open.putIfAbsent(decision.link(), new Open(decision));
      if (known != null) {
        known.made(decision);
      }
    }
    if (decision.link().equals(job.digest())) {
      told.accept(job, EntryJobs.line(decision, 0));
    }
  }

  /** The task under {@code link} is over; says how many seconds it took since it was decided on. */
  double ended(JobId job, Digest link) {
    DecisionLine line;
    double seconds;
    synchronized (this) {
      Open over = open.remove(link);
      if (over == null) {
        return 0; // it was over before there was anything to decide on
      }
      long nowNanos = System.nanoTime();
      seconds = (nowNanos - over.beginNanos) / 1e9;
      line = EntryJobs.line(over.telling, (nowNanos - over.tellingNanos) / 1e9);
      if (!link.equals(job.digest())) {
        keep(job, line);
        return seconds;
      }
    }
    told.accept(job, line);
    return seconds;
  }

  private void keep(JobId job, DecisionLine line) {
    List<DecisionLine> lines = elsewhere.computeIfAbsent(job, j -> new ArrayList<>());
    if (lines.size() < LINES_MAX) {
      lines.add(line);
    }
    if (elsewhere.size() > JOBS_MAX) {
      elsewhere.remove(elsewhere.keySet().iterator().next());
    }
  }

  /** What was decided here under leases of {@code job}. */
  synchronized List<DecisionLine> elsewhere(JobId job) {
    return List.copyOf(elsewhere.getOrDefault(job, List.of()));
  }
}
