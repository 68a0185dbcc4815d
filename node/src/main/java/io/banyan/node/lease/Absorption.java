package io.banyan.node.lease;

import io.banyan.delegation.Delivery;
import io.banyan.delegation.Task;
import io.banyan.node.EntryLog;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.DataClient;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import io.banyan.schema.PlanNode;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.ReceiptCheck;
import io.banyan.trust.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Takes in what a child delivers: fetches leases, receipts and steps, holds all of it against the
 * plan, the input and the signatures, and only then fetches the value. There is no other way for a
 * result into a task.
 *
 * <p>Safe for any thread; each call on a virtual thread of its own.
 */
public final class Absorption {
  /** Results taken in at once: each may hold one value and one page of steps in memory. */
  private static final int AT_ONCE_MAX = 4;

  /** Entries in one piece of a log: some 100 KiB. */
  private static final int PIECE_ENTRIES = 256;

  private final DataClient data;
  private final Semaphore turns = new Semaphore(AT_ONCE_MAX);

  public Absorption(DataClient data) {
    this.data = data;
  }

  /** What came of it. */
  sealed interface Outcome {
    /** All of it holds, and is kept in the folder of the task. */
    record Taken(Delivery delivery, TaskFolder.Staged staged) implements Outcome {}

    record Rejected(String sentence) implements Outcome {}
  }

  Outcome absorb(LentLease lent, Signed receipt) throws IOException, InterruptedException {
    turns.acquire();
    try {
      return new Delivering(lent, receipt).run();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      turns.release();
    }
  }

  private final class Delivering {
    private final LentLease lent;
    private final Signed receipt;
    private final TaskFolder folder;
    private final List<ReceiptEntry> entries = new ArrayList<>(); // not kept yet
    private final List<Step> steps = new ArrayList<>(); // not kept yet
    private final List<EntryLog.Place> entryPlaces = new ArrayList<>();
    private final List<Long> stepPlaces = new ArrayList<>();

    Delivering(LentLease lent, Signed receipt) {
      this.lent = lent;
      this.receipt = receipt;
      this.folder = lent.folder;
    }

    Outcome run() throws IOException, InterruptedException {
      take(new ReceiptEntry.LeaseEntry(lent.signed));
      take(new ReceiptEntry.ReceiptOfLease(receipt));
      data.fetchEvidence(lent.loan.peer(), lent.digest, entriesMax(), this::take);
      keepEntries();
      keepSteps();
      return switch (check()) {
        case ReceiptCheck.Result.Holds(Value value, var evidence) -> {
          fetch(value);
          yield new Outcome.Taken(
              new Delivery(value, evidence, receipt.digest()),
              new TaskFolder.Staged(receipt.digest(), stepPlaces, entryPlaces));
        }
        case ReceiptCheck.Result.Rejected(String reason) -> new Outcome.Rejected(reason);
      };
    }

    /** Two calls a leaf at most, and a lease with its receipt for each hop. */
    private long entriesMax() {
      long leaves =
          switch (lent.loan.node()) {
            case PlanNode.Cells(var interval) -> interval.count();
            case PlanNode.Part _, PlanNode.Parts _ -> lent.loan.grant().leaves();
          };
      return leaves * (3 + 2 * Limits.HOPS_MAX) + PIECE_ENTRIES;
    }

    private void take(ReceiptEntry entry) {
      try {
        if (entry instanceof ReceiptEntry.StepEntry(Step step)) {
          steps.add(step);
          if (steps.size() == PIECE_ENTRIES) {
            keepSteps();
          }
          return;
        }
        entries.add(entry);
        if (entries.size() == PIECE_ENTRIES) {
          keepEntries();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void keepEntries() throws IOException {
      if (!entries.isEmpty()) {
        entryPlaces.add(folder.entries().keep(entries));
        entries.clear();
      }
    }

    private void keepSteps() throws IOException {
      if (!steps.isEmpty()) {
        stepPlaces.add(folder.claims().stage(steps));
        steps.clear();
      }
    }
  }
}
