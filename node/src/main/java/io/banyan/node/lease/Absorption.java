package io.banyan.node.lease;

import com.google.common.collect.Iterators;
import io.banyan.delegation.Delivery;
import io.banyan.delegation.Task;
import io.banyan.node.TaskContent;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.DataClient;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Attribution;
import io.banyan.trust.Evidence;
import io.banyan.trust.Link;
import io.banyan.trust.ReceiptCheck;
import io.banyan.trust.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Takes in what a child delivers: fetches leases, receipts and steps, holds all of it against the
 * plan, the input and the signatures, and only then fetches the value. There is no other way for a
 * result into a task.
 *
 * <p>Safe for any thread; each call on a virtual thread of its own.
 */
public final class Absorption {
  /** Results taken in at once: each may hold one value and one piece of evidence in memory. */
  private static final int AT_ONCE_MAX = 8;

  /** Entries in one piece of the log: some 100 KiB, as they usually are. */
  private static final int PIECE_ENTRIES = 256;

  /** Bytes in one piece, however long its entries are: a split's step names up to 4096 parts. */
  private static final int PIECE_BYTES = 1 << 20; // 1 MiB

  /** What a leaf's share of the evidence may take: far more than two steps and a lease a hop. */
  private static final long LEAF_EVIDENCE_BYTES = 32 << 10; // 32 KiB

  private final DataClient data;
  private final Semaphore turns = new Semaphore(AT_ONCE_MAX);
  private final Semaphore[] turnsOfPeers = new Semaphore[64]; // a peer's by its hash

  public Absorption(DataClient data) {
    this.data = data;
    Arrays.setAll(turnsOfPeers, i -> new Semaphore(1));
  }

  /** What came of it. */
  sealed interface Outcome {
    /** All of it holds, and is kept in the folder of the task. */
    record Taken(Delivery delivery, TaskFolder.Staged staged) implements Outcome {}

    record Rejected(String sentence) implements Outcome {}
  }

  Outcome absorb(LentLease lent, Signed receipt) throws IOException, InterruptedException {
    // One turn a peer, so that a slow one keeps nobody but itself waiting.
    Semaphore own = turnsOfPeers[Math.floorMod(lent.loan.peer().hashCode(), turnsOfPeers.length)];
    own.acquire();
    try {
      turns.acquire();
      try {
        return new Delivering(lent, receipt).run();
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } finally {
        turns.release();
      }
    } finally {
      own.release();
    }
  }

  private final class Delivering {
    private final LentLease lent;
    private final Signed receipt;
    private final TaskFolder folder;
    private final List<Long> leases = new ArrayList<>();
    private final List<Long> steps = new ArrayList<>();
    private final List<ReceiptEntry> piece = new ArrayList<>(); // comes last, not staged yet
    private final List<BlobRef> values = new ArrayList<>(); // that came so far
    private long pieceBytes;
    private long takenBytes;
    private boolean atSteps;

    Delivering(LentLease lent, Signed receipt) {
      this.lent = lent;
      this.receipt = receipt;
      this.folder = lent.folder;
    }

    Outcome run() throws IOException, InterruptedException {
      Task task = folder.task();
      Link link = folder.authority().link().lent(lent.digest, lent.lease);
      ReceiptCheck check =
          new ReceiptCheck(task.job(), task.manifest(), new TaskContent(folder), link);
      Optional<String> refusal = check.refusal(receipt);
      if (refusal.isPresent()) {
        return new Outcome.Rejected(refusal.get());
      }
      data.fetchEvidence(lent.loan.peer(), lent.digest, entriesMax(), this::take);
      stagePiece();
      Iterator<ReceiptEntry> entries =
          Iterators.concat(folder.claims().staged(leases), folder.claims().staged(steps));
      return switch (check.check(entries, step -> {}, () -> receipt)) {
        case Verdict.Accepted(Receipt held, Attribution attribution) ->
            fetched(held, attribution.leases());
        case Verdict.Rejected(String reason) -> new Outcome.Rejected(reason);
        case Verdict.Withheld(String reason) -> new Outcome.Rejected(reason);
      };
    }

    private Outcome fetched(Receipt held, int leasesBelow)
        throws IOException, InterruptedException {
      boolean taken = false;
      try {
        fetch(held.value());
        Outcome outcome = taken(held, leasesBelow);
        taken = true;
        return outcome;
      } finally {
        if (!taken) {
          for (BlobRef value : values) {
            folder.values().release(value);
          }
        }
      }
    }

    private long leavesMax() {
      return switch (lent.loan.node()) {
        case PlanNode.Cells(var interval) -> interval.count();
        case PlanNode.Part _, PlanNode.Parts _ -> lent.loan.grant().leaves();
      };
    }

    /** Two calls a leaf at most, and a lease with its receipt for each hop. */
    private long entriesMax() {
      return leavesMax() * (3 + 2 * Limits.HOPS_MAX) + PIECE_ENTRIES;
    }

    private void take(ReceiptEntry entry) {
      try {
        boolean step = entry instanceof ReceiptEntry.StepEntry;
        if (step != atSteps || piece.size() == PIECE_ENTRIES || pieceBytes >= PIECE_BYTES) {
          stagePiece();
          atSteps = step; // a lease behind a step is staged among leases, and refused by the check
        }
        piece.add(entry);
        pieceBytes += bytes(entry);
        takenBytes += bytes(entry);
        if (takenBytes > leavesMax() * LEAF_EVIDENCE_BYTES + PIECE_BYTES) {
          throw new IOException(
              lent.loan.peer() + " sends more than " + takenBytes + " bytes of evidence");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** About what an entry takes, in memory and in the log. */
    private static long bytes(ReceiptEntry entry) {
      return switch (entry) {
        case ReceiptEntry.StepEntry(Step step) -> 512 + 64L * step.parts().size();
        case ReceiptEntry.LeaseEntry(Signed lease) -> lease.payload().length();
        case ReceiptEntry.ReceiptOfLease(Signed receiptBelow) -> receiptBelow.payload().length();
        case ReceiptEntry.ManifestEntry(Signed manifest) -> manifest.payload().length();
        case ReceiptEntry.FailureEntry(Signed failure) -> failure.payload().length();
        case ReceiptEntry.ReceiptEnd(Signed root) -> root.payload().length();
      };
    }

    private void stagePiece() throws IOException {
      if (!piece.isEmpty()) {
        (atSteps ? steps : leases).add(folder.claims().stage(piece));
        piece.clear();
        pieceBytes = 0;
      }
    }

    private Outcome taken(Receipt held, int leasesBelow) throws IOException {
      List<Long> all = new ArrayList<>();
      all.add(
          folder
              .claims()
              .stage(
                  List.of(
                      new ReceiptEntry.LeaseEntry(lent.signed),
                      new ReceiptEntry.ReceiptOfLease(receipt))));
      all.addAll(leases);
      Digest digest = receipt.digest();
      Evidence evidence = new Evidence(held.executionRoot(), held.leaves(), held.fuel());
      Delivery delivery = new Delivery(held.value(), evidence, digest, leasesBelow);
      return new Outcome.Taken(delivery, new TaskFolder.Staged(delivery, all, steps));
    }

    /** A merged value is one blob; a rope is what its leaves returned. */
    private void fetch(Value value) throws IOException, InterruptedException {
      switch (value) {
        case Value.Blob(BlobRef ref) -> fetch(ref);
        case Value.Rope _ -> {
          Iterator<ReceiptEntry> all = folder.claims().staged(steps);
          while (all.hasNext()) {
            if (all.next() instanceof ReceiptEntry.StepEntry(var step)
                && step.claim().function() == GuestFunction.EXECUTE) {
              Claim claim = step.claim();
              fetch(new BlobRef(claim.output(), claim.outputBytes()));
            }
          }
        }
        case Value.Empty() -> throw new IllegalStateException("no receipt is for nothing");
      }
    }

    private void fetch(BlobRef ref) throws IOException, InterruptedException {
      long bytesMax = folder.task().manifest().limits().outputBytesMax();
      values.add(
          folder.values().put(data.fetchBytes(lent.loan.peer(), lent.digest, ref, bytesMax)));
    }
  }
}
