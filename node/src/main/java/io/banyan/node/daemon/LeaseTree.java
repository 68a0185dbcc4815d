package io.banyan.node.daemon;

import io.banyan.delegation.Delivery;
import io.banyan.delegation.JobEnd;
import io.banyan.node.JobBook;
import io.banyan.node.Reported;
import io.banyan.node.TaskFolder;
import io.banyan.node.lease.LeaseWatch;
import io.banyan.node.lease.LentLease;
import io.banyan.node.lease.Sentences;
import io.banyan.schema.Digest;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobEvent.NodeEventKind;
import io.banyan.schema.Lease;
import io.banyan.schema.Limits;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PeerId;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.TreeLine;
import io.banyan.schema.WireCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which plan node: what this node has lent, as it happens, and, once a job is done, all
 * levels, as the signed leases and receipts show them.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class LeaseTree implements LeaseWatch {
  /** Lines for one task: more tell nobody more. */
  private static final int LINES_MAX = 4096;

  private final PeerId self;
  private final JobBook book;
  private final Map<Digest, Map<Digest, Line>> byTask = new HashMap<>(); // then by lease

  private static final class Line {
    final Lease lease;
    final long beginNanos = System.nanoTime();
    TreeLine.State state = TreeLine.State.RUNNING;
    long leaves; // by its child's word, until it is finished
    long fuel; // likewise
    double seconds;
    Optional<String> failure = Optional.empty();

    Line(Lease lease) {
      this.lease = lease;
    }

    double seconds() {
      return state == TreeLine.State.RUNNING ? (System.nanoTime() - beginNanos) / 1e9 : seconds;
    }

    void end(TreeLine.State how) {
      seconds = seconds();
      state = how;
    }
  }

  /** A tree in which this node, {@code self}, is at the top of its jobs. */
  LeaseTree(PeerId self, JobBook book) {
    this.self = self;
    this.book = book;
  }

  @Override
  public void lent(LentLease lease) {
    synchronized (this) {
      Map<Digest, Line> lines =
          byTask.computeIfAbsent(lease.folder().link(), task -> new LinkedHashMap<>());
      if (lines.size() < LINES_MAX) {
        lines.put(lease.digest(), new Line(lease.lease()));
      }
    }
    tell(lease, NodeEventKind.LENT, "lent");
  }

  @Override
  public synchronized void progressed(LentLease lease, Reported.Sum sum) {
    Line line = line(lease);
    if (line != null && line.state == TreeLine.State.RUNNING) {
      line.leaves = Math.min(sum.leaves(), Limits.CELLS_MAX);
      line.fuel = sum.fuel();
    }
  }

  @Override
  public void accepted(LentLease lease) {
    tell(lease, NodeEventKind.ACCEPTED, "accepted");
  }

  @Override
  public void delivered(LentLease lease, Delivery delivery) {
    synchronized (this) {
      Line line = line(lease);
      if (line != null) {
        line.leaves = delivery.evidence().leaves();
        line.fuel = delivery.evidence().fuel();
        line.end(TreeLine.State.FINISHED);
      }
    }
    tell(lease, NodeEventKind.FINISHED, delivery.evidence().leaves() + " leaves");
  }

  @Override
  public void failed(LentLease lease, String sentence) {
    synchronized (this) {
      Line line = line(lease);
      if (line != null) {
        line.failure = Optional.of(Sentences.fit(sentence));
        line.end(TreeLine.State.FAILED);
      }
    }
    tell(lease, NodeEventKind.FAILED, sentence);
  }

  @Override
  public void revoked(LentLease lease, String reason) {
    synchronized (this) {
      Line line = line(lease);
      if (line != null && line.state == TreeLine.State.RUNNING) {
        line.failure = Optional.of(Sentences.fit(reason));
        line.end(TreeLine.State.LOST);
      }
    }
    tell(lease, NodeEventKind.LOST, reason);
  }

  private @Nullable Line line(LentLease lease) {
    Map<Digest, Line> lines = byTask.get(lease.folder().link());
    return lines == null ? null : lines.get(lease.digest());
  }

  private void tell(LentLease lease, NodeEventKind kind, String sentence) {
    double seconds = 0;
    long fuel = 0;
    synchronized (this) {
      Line line = line(lease);
      if (line != null) {
        seconds = line.seconds();
        fuel = line.fuel;
      }
    }
    book.atNode(
        lease.folder().task().job(),
        new JobEvent.AtNode(
            kind,
            lease.lease().node(),
            lease.lease().child(),
            Sentences.fit(sentence),
            seconds,
            fuel,
            lease.lease().attempt()));
  }

  /** The task is over; nothing is remembered of it. */
  synchronized void forget(Digest task) {
    byTask.remove(task);
  }

  /** The task in {@code folder}, with what is lent of it directly. */
  synchronized List<TreeLine> running(TaskFolder folder) {
    List<TreeLine> lines = new ArrayList<>();
    long lentLeaves = 0;
    long reported = 0;
    Map<Digest, Line> lent = byTask.getOrDefault(folder.link(), Map.of());
    for (Line line : lent.values()) {
      switch (line.state) {
        case FINISHED -> lentLeaves += line.leaves;
        case RUNNING -> reported += line.leaves;
        case FAILED, LOST -> {} // its leaves are run again
      }
      lines.add(
          new TreeLine(
              line.lease.node(),
              line.lease.child(),
              Optional.of(self),
              1,
              line.state,
              0,
              line.leaves,
              line.seconds(),
              line.fuel,
              line.lease.attempt(),
              line.failure));
    }
    long all = folder.leavesDone();
    lines.addFirst(
        new TreeLine(
            folder.task().node(),
            self,
            Optional.empty(),
            0,
            TreeLine.State.RUNNING,
            Math.max(0, all - lentLeaves),
            Math.min(all + reported, Limits.CELLS_MAX),
            0,
            folder.progress().fuel(),
            0,
            Optional.empty()));
    return lines;
  }

  /** All levels of a finished job, from what is signed; times are those that this node saw. */
  List<TreeLine> finished(TaskFolder folder, JobEnd.Completed completed, double seconds) {
    Map<Digest, Held> byLink = new LinkedHashMap<>();
    Held top = new Held(null, null, 0);
    top.leavesBelow = completed.evidence().leaves();
    top.fuel = completed.evidence().fuel();
    top.leaves = top.leavesBelow;
    byLink.put(folder.link(), top);
    Held current = top;
    Iterator<ReceiptEntry> entries = folder.leases(completed);
    while (entries.hasNext()) {
      switch (entries.next()) {
        case ReceiptEntry.LeaseEntry(Signed signed) -> {
          Lease lease = lease(signed);
          Held above = byLink.get(lease.parent());
          if (above == null) {
            throw new IllegalStateException("a checked lease has no parent: " + signed.digest());
          }
          current = new Held(lease, above, above.depth + 1);
          byLink.put(signed.digest(), current);
        }
        case ReceiptEntry.ReceiptOfLease(Signed signed) -> current.finish(receipt(signed));
        case ReceiptEntry.StepEntry _,
            ReceiptEntry.ManifestEntry _,
            ReceiptEntry.FailureEntry _,
            ReceiptEntry.ReceiptEnd _ ->
            throw new IllegalStateException("among leases and receipts is something else");
      }
    }
    return lines(folder, byLink, seconds);
  }

  private synchronized List<TreeLine> lines(
      TaskFolder folder, Map<Digest, Held> byLink, double seconds) {
    Map<Digest, Line> seen = byTask.getOrDefault(folder.link(), Map.of());
    List<TreeLine> lines = new ArrayList<>();
    for (Map.Entry<Digest, Held> entry : byLink.entrySet()) {
      if (lines.size() == LINES_MAX) {
        return lines;
      }
      Held held = entry.getValue();
      Line line = seen.get(entry.getKey());
      double time = held.depth == 0 ? seconds : line == null ? 0 : line.seconds();
      lines.add(held.line(folder, self, time));
    }
    for (Map.Entry<Digest, Line> entry : seen.entrySet()) {
      if (lines.size() < LINES_MAX && !byLink.containsKey(entry.getKey())) {
        lines.add(attempt(entry.getValue()));
      }
    }
    return lines;
  }

  /** A lease of this node of which nothing was used. */
  private TreeLine attempt(Line line) {
    TreeLine.State state =
        line.state == TreeLine.State.FAILED ? TreeLine.State.FAILED : TreeLine.State.LOST;
    return new TreeLine(
        line.lease.node(),
        line.lease.child(),
        Optional.of(self),
        1,
        state,
        0,
        0,
        line.seconds(),
        line.fuel,
        line.lease.attempt(),
        line.failure);
  }

  private static final class Held {
    final @Nullable Lease lease; // none for the job itself
    final @Nullable Held above;
    final int depth;
    long leaves;
    long leavesBelow;
    long fuel;

    Held(@Nullable Lease lease, @Nullable Held above, int depth) {
      this.lease = lease;
      this.above = above;
      this.depth = depth;
    }

    void finish(Receipt receipt) {
      leavesBelow = receipt.leaves();
      fuel = receipt.fuel();
      leaves += leavesBelow;
      if (above != null) {
        above.leaves -= leavesBelow; // it did not run those itself
      }
    }

    TreeLine line(TaskFolder folder, PeerId self, double seconds) {
      if (lease == null || above == null) {
        return new TreeLine(
            folder.task().node(),
            self,
            Optional.empty(),
            0,
            TreeLine.State.FINISHED,
            leaves,
            leavesBelow,
            seconds,
            fuel,
            0,
            Optional.empty());
      }
      PeerId lender = above.lease == null ? self : above.lease.child();
      return new TreeLine(
          lease.node(),
          lease.child(),
          Optional.of(lender),
          depth,
          leavesBelow > 0 ? TreeLine.State.FINISHED : TreeLine.State.FAILED,
          leaves,
          leavesBelow,
          seconds,
          fuel,
          lease.attempt(),
          Optional.empty());
    }
  }

  private static Lease lease(Signed signed) {
    try {
      return WireCodec.decodeLease(signed.payload());
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a checked lease is none", e);
    }
  }

  private static Receipt receipt(Signed signed) {
    try {
      return WireCodec.decodeReceipt(signed.payload());
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a checked receipt is none", e);
    }
  }
}
