package io.banyan.node.lease;

import io.banyan.delegation.Known;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.Recollection;
import io.banyan.node.TaskFolder;
import io.banyan.schema.BlobRef;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.TaskMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The folders of leases that are held, and of those that are over. Whoever needs the same plan
 * nodes again, because the lender was lost with what he had of them, lends them anew, and what is
 * here is not computed again. A folder is kept while its lender is there and its lease could count,
 * for a while after he is lost, and no longer than there is room: the oldest goes first.
 *
 * <p>Safe for any thread; guarded by its own lock, also while it copies. While there are folders of
 * leases that are over, a virtual thread looks for those whose time has come.
 */
public final class KeptFolders implements AutoCloseable {
  /** As many as leases are held at once: each has two files open. */
  static final int FOLDERS_MAX = 64;

  /** A GiB on the disk, or in memory as far as values are there. */
  public static final long BYTES_MAX = 1L << 30;

  /** Small beside the minute for which an orphan is kept. */
  public static final Duration PRUNED_EVERY = Duration.ofSeconds(5);

  private final InstantSource clock;
  private final Duration orphanTtl;
  private final long bytesMax;
  private final Duration prunedEvery;
  private boolean isPruning; // by a thread of its own
  private final Set<Kept> folders = new LinkedHashSet<>(); // the oldest first

  /** One lease's. */
  private static final class Kept {
    final HeldLease lease;
    final Staging.Staged staged;
    long untilMillis = Long.MAX_VALUE; // once it is over
    long bytes; // likewise
    boolean isOver;
    boolean isLenderLost;

    Kept(HeldLease lease, Staging.Staged staged) {
      this.lease = lease;
      this.staged = staged;
    }

    Manifest manifest() {
      return lease.chain().manifest();
    }
  }

  /**
   * Keeps nothing yet.
   *
   * @param orphanTtl how long a folder is kept after its lender is lost
   * @param bytesMax what all folders of leases that are over take at most; usually {@link
   *     #BYTES_MAX}
   * @param prunedEvery usually {@link #PRUNED_EVERY}
   */
  public KeptFolders(InstantSource clock, Duration orphanTtl, long bytesMax, Duration prunedEvery) {
    this.clock = clock;
    this.orphanTtl = orphanTtl;
    this.bytesMax = bytesMax;
    this.prunedEvery = prunedEvery;
  }

  /** The work under {@code lease} begins; {@link #ended} follows. */
  synchronized void begun(HeldLease lease, Staging.Staged staged) {
    Kept kept = new Kept(lease, staged);
    kept.isLenderLost = lease.isLenderLost();
    folders.add(kept);
  }

  /** The work under {@code lease} is over; what has come of it is kept, if anything has. */
  synchronized void ended(HeldLease lease) throws IOException {
    for (Kept kept : folders) {
      if (kept.lease == lease) {
        kept.isOver = true;
        kept.bytes = bytes(kept);
        kept.untilMillis = lease.lease().notAfterMillis();
        if (lease.isLenderLost() || lease.isCancelled()) {
          expire(kept);
        }
        if (kept.staged.folder().claims().finished().isEmpty()) {
          kept.untilMillis = 0;
        }
      }
    }
    prune();
    if (!isPruning && !over().isEmpty()) {
      isPruning = true;
      Thread.ofVirtual().name("kept-folders").start(this::pruneByTime);
    }
  }

  private static long bytes(Kept kept) {
    long input = kept.lease.lease().toByte() - kept.lease.lease().fromByte();
    TaskFolder folder = kept.staged.folder();
    return folder.values().bytes() + folder.claims().bytes() + input;
  }

  private List<Kept> over() {
    return folders.stream().filter(kept -> kept.isOver).toList();
  }

  /** The bytes of leases that are over. */
  synchronized long bytesHeld() {
    return over().stream().mapToLong(kept -> kept.bytes).sum();
  }

  private void expire(Kept kept) {
    kept.untilMillis = Math.min(kept.untilMillis, clock.millis() + orphanTtl.toMillis());
  }

  /** Looks again and again, until nothing is kept of what is over. */
  private synchronized void pruneByTime() {
    try {
      while (!over().isEmpty()) {
        wait(prunedEvery.toMillis());
        try {
          prune();
        } catch (IOException e) {
          // Its files have no names, and are gone with this process at the latest.
        }
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it but the end of the process.
    } finally {
      isPruning = false;
    }
  }

  /** Closes what was kept for long enough. */
  synchronized void prune() throws IOException {
    List<Kept> over = over();
    int count = over.size();
    long bytes = bytesHeld();
    for (Kept kept : over) {
      if (count > FOLDERS_MAX || bytes > bytesMax || kept.untilMillis <= clock.millis()) {
        folders.remove(kept);
        count--;
        bytes -= kept.bytes;
        kept.staged.close();
      }
    }
  }

  /** A lender is lost. */
  synchronized void left(PeerId lender) {
    for (Kept kept : folders) {
      if (kept.lease.lender().equals(lender)) {
        kept.isLenderLost = true;
        expire(kept);
      }
    }
  }

  /** A lender is there, perhaps again. */
  synchronized void joined(PeerId lender) {
    for (Kept kept : folders) {
      kept.isLenderLost &= !kept.lease.lender().equals(lender);
    }
  }

  /** Who stands above the lost lenders of what is kept, and where they may be found. */
  synchronized Map<PeerId, List<String>> above(PeerId lender) {
    Map<PeerId, List<String>> above = new LinkedHashMap<>();
    for (Kept kept : folders) {
      if (kept.lease.lender().equals(lender)) {
        for (PeerId each : kept.lease.chain().link().above()) {
          above.put(each, kept.lease.lease().addresses());
        }
      }
    }
    above.remove(lender);
    return above;
  }

  /**
   * What {@code peer} is to be told of what was finished for lenders that are lost: as few messages
   * as there can be, since it takes in no more than some.
   */
  synchronized List<TaskMessage.Orphan> orphansFor(PeerId peer) {
    Map<JobId, Set<TaskMessage.Finished>> byJob = new LinkedHashMap<>();
    for (Kept kept : folders) {
      if (kept.isLenderLost && kept.lease.chain().link().above().contains(peer)) {
        Plan plan = Plan.of(kept.manifest());
        Set<TaskMessage.Finished> finished =
            byJob.computeIfAbsent(kept.lease.chain().job(), _ -> new LinkedHashSet<>());
        kept.staged
            .folder()
            .claims()
            .finished()
            .forEach(
                (node, what) ->
                    finished.add(new TaskMessage.Finished(plan.key(node), what.value())));
      }
    }
    List<TaskMessage.Orphan> orphans = new ArrayList<>();
    byJob.forEach(
        (job, finished) -> {
          List<TaskMessage.Finished> all = List.copyOf(finished);
          for (int from = 0; from < all.size(); from += TaskMessage.Orphan.FINISHED_MAX) {
            int to = Math.min(from + TaskMessage.Orphan.FINISHED_MAX, all.size());
            orphans.add(new TaskMessage.Orphan(job, all.subList(from, to)));
          }
        });
    return orphans;
  }

  /** The largest plan nodes that are done in what is kept. */
  synchronized Set<PlanNode> finished() {
    Set<PlanNode> nodes = new LinkedHashSet<>();
    folders.forEach(kept -> nodes.addAll(kept.staged.folder().claims().finished().keySet()));
    return nodes;
  }

  /** Copies what is kept below the plan node of {@code fresh}. */
  synchronized void recall(
      HeldLease fresh, Recollection recollection, ClaimLog claims, BlobStore values)
      throws IOException {
    prune();
    for (Kept kept : folders) {
      if (isFor(kept, fresh)) {
        recollection.copy(new Source(kept.staged.folder()), fresh.lease().node(), claims, values);
      }
    }
  }

  private static boolean isFor(Kept kept, HeldLease fresh) {
    Manifest manifest = fresh.chain().manifest();
    if (kept.lease.chain().job().equals(fresh.chain().job())) {
      return true;
    }
    PlanNode node = kept.lease.lease().node();
    return manifest.memo() != MemoPolicy.REFUSED
        && kept.manifest().memo() != MemoPolicy.REFUSED
        && kept.lease.offer().manifest().signer().equals(fresh.offer().manifest().signer())
        && Plan.of(manifest).key(node).equals(Plan.of(kept.manifest()).key(node));
  }

  private record Source(TaskFolder folder) implements Recollection.Source {
    @Override
    public Map<PlanNode, Known.Finished> finished() {
      return folder.claims().finished();
    }

    @Override
    public Optional<Iterator<Step>> steps(PlanNode node) throws IOException {
      return folder.claims().stepsIfDone(node); // its own work may go on
    }

    @Override
    public Optional<byte[]> bytes(BlobRef ref) throws IOException {
      return folder.values().find(ref);
    }
  }

  /** Keeps nothing any more of leases that are over. */
  @Override
  public synchronized void close() throws IOException {
    for (Kept kept : folders) {
      kept.untilMillis = 0;
    }
    prune();
    notifyAll();
  }
}
