package io.banyan.node;

import io.banyan.delegation.Known;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.PlanNode;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a task can begin from: what its own log says of an earlier life of this node, and what was
 * copied from the folders of other tasks. Every value's bytes were held against its name.
 *
 * <p>Filled by one thread before the task begins, not changed after that.
 */
public final class Recollection {
  /** Nothing, for a task whose store and log are new. */
  public static final Recollection NOTHING = new Recollection();

  /** Steps in one piece of the log, as when a peer delivers them. */
  private static final int PIECE_STEPS = 256;

  private final Map<PlanNode, Known.Finished> found = new LinkedHashMap<>();
  private final Map<PlanNode, List<Long>> copied = new HashMap<>(); // where their steps are staged

  private Recollection() {}

  /** Where something may be copied from. */
  public interface Source {
    /** What plan nodes came to, of which nothing above is finished. */
    Map<PlanNode, Known.Finished> finished();

    /** The steps of one of them, in the order of the plan; nothing if it is gone by now. */
    Optional<Iterator<Step>> steps(PlanNode node) throws IOException;

    /** A blob of its value, if it is still there. */
    Optional<byte[]> bytes(BlobRef ref) throws IOException;
  }

  /** What was there to be copied could not be written: mostly the disk is full. */
  public static final class NotWrittenException extends IOException {
    private static final long serialVersionUID = 1;

    NotWrittenException(IOException cause) {
      super(InputFile.reason(cause), cause);
    }
  }

  /** What {@code claims} says that was kept, as far as {@code values} still has it. */
  public static Recollection of(ClaimLog claims, BlobStore values) throws IOException {
    Recollection own = new Recollection();
    for (Map.Entry<PlanNode, Known.Finished> done : claims.finished().entrySet()) {
      PlanNode node = done.getKey();
      if (recalled(done.getValue().value(), claims.steps(node), values)) {
        own.found.put(node, done.getValue());
      } else {
        claims.forget(node);
      }
    }
    values.settle();
    return own;
  }

  private static boolean recalled(Value value, Iterator<Step> steps, BlobStore values)
      throws IOException {
    List<BlobRef> recalled = new ArrayList<>();
    Iterator<BlobRef> blobs = blobs(value, steps);
    while (blobs.hasNext()) {
      BlobRef ref = blobs.next();
      if (!values.recall(ref)) {
        for (BlobRef each : recalled) {
          values.release(each);
        }
        return false;
      }
      recalled.add(ref);
    }
    return true;
  }

  /** What a value stands in: a merged one is one blob; a rope is what its leaves returned. */
  static Iterator<BlobRef> blobs(Value value, Iterator<Step> steps) {
    return switch (value) {
      case Value.Blob(BlobRef blob) -> List.of(blob).iterator();
      case Value.Rope _ -> {
        List<BlobRef> blobs = new ArrayList<>();
        while (steps.hasNext()) {
          Claim claim = steps.next().claim();
          if (claim.function() == GuestFunction.EXECUTE) {
            blobs.add(new BlobRef(claim.output(), claim.outputBytes()));
          }
        }
        yield blobs.iterator();
      }
      case Value.Empty() -> List.<BlobRef>of().iterator();
    };
  }

  /**
   * Copies what {@code source} has at or below {@code root} and is not found yet into {@code
   * claims} and {@code values}. Whoever works on the task stands for it himself.
   *
   * @throws NotWrittenException if {@code claims} or {@code values} do not take it; what was copied
   *     before stays
   */
  public void copy(Source source, PlanNode root, ClaimLog claims, BlobStore values)
      throws IOException {
    Known known = known();
    for (Map.Entry<PlanNode, Known.Finished> done : source.finished().entrySet()) {
      PlanNode node = done.getKey();
      if (Known.isWithin(node, root) && !known.covers(node)) {
        Known.Finished what = done.getValue();
        try {
          Optional<List<Long>> steps = copy(source, node, what.value(), claims, values);
          if (steps.isPresent()) {
            found.put(node, new Known.Finished(what.value(), what.evidence()));
            copied.put(node, steps.get());
          }
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
    }
  }

  private static Optional<List<Long>> copy(
      Source source, PlanNode node, Value value, ClaimLog claims, BlobStore values)
      throws IOException {
    Optional<Iterator<Step>> first = source.steps(node);
    Optional<Iterator<Step>> second = source.steps(node);
    if (first.isEmpty() || second.isEmpty()) {
      return Optional.empty();
    }
    List<BlobRef> put = new ArrayList<>();
    boolean whole = false;
    try {
      whole = copied(source, blobs(value, first.get()), values, put);
      return whole ? Optional.of(staged(second.get(), claims)) : Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      whole = false;
      throw e;
    } finally {
      if (!whole) {
        for (BlobRef each : put) {
          values.release(each);
        }
      }
    }
  }

  /** Whether all {@code blobs} are in {@code values} now; what is is added to {@code put}. */
  private static boolean copied(
      Source source, Iterator<BlobRef> blobs, BlobStore values, List<BlobRef> put)
      throws IOException {
    while (blobs.hasNext()) {
      BlobRef ref = blobs.next();
      Optional<byte[]> bytes = source.bytes(ref);
      if (bytes.isEmpty()) {
        return false;
      }
      try {
        put.add(values.put(bytes.get()));
      } catch (IOException e) {
        throw new NotWrittenException(e);
      }
      if (!put.getLast().equals(ref)) {
        return false;
      }
    }
    return true;
  }

  /** Where the steps are staged now. */
  private static List<Long> staged(Iterator<Step> steps, ClaimLog claims) throws IOException {
    List<Long> places = new ArrayList<>();
    List<ReceiptEntry> piece = new ArrayList<>();
    while (steps.hasNext()) {
      Step step = steps.next();
      piece.add(new ReceiptEntry.StepEntry(step));
      if (piece.size() == PIECE_STEPS || !step.parts().isEmpty() || !steps.hasNext()) {
        try {
          places.add(claims.stage(piece));
        } catch (IOException e) {
          throw new NotWrittenException(e);
        }
        piece.clear();
      }
    }
    return places;
  }

  /** All that the task can begin from. */
  public Known known() {
    return Known.of(found);
  }

  /** Where the steps of {@code node} are staged; none if the log has them as its own. */
  Optional<List<Long>> stepsOf(PlanNode node) {
    return Optional.ofNullable(copied.get(node));
  }
}
