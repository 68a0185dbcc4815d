package io.banyan.node;

import io.banyan.delegation.Command;
import io.banyan.delegation.Known;
import io.banyan.node.ClaimRecord.Kind;
import io.banyan.node.data.SharedFile;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.PlanNode;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The steps of a task, in a file. Plan nodes come in the order in which they are done, each with
 * the offsets of its children's records; so the steps can be read back in the order of the plan,
 * and only plan nodes whose parent is not done are remembered. A log that is kept says the same
 * again when it is opened again, up to the last record that is whole.
 *
 * <p>What a peer delivers, leases and receipts among it, is staged in pieces before it is known
 * whether it will be used.
 *
 * <p>Safe for any thread; guarded by its own lock. It is read when all is written.
 */
public final class ClaimLog implements AutoCloseable {
  private final SharedFile file;
  private final Map<PlanNode, Done> done = new LinkedHashMap<>(); // without a parent yet
  private final Map<Digest, List<Long>> leases = new HashMap<>(); // of what was adopted, by receipt
  private long end;

  /** A plan node that is done, and where its record begins. */
  private record Done(long offset, Known.Finished what) {}

  private ClaimLog(SharedFile file) {
    this.file = file;
  }

  /** An empty log in {@code folder}, gone when it is closed, however that comes. */
  public ClaimLog(Path folder) throws IOException {
    this(SharedFile.temporary(folder.resolve("claims")));
  }

  /**
   * The log in {@code path}, which is made when there is none. What a crash has left half written
   * at its end is cut off.
   */
  public static ClaimLog kept(Path path) throws IOException {
    ClaimLog log = new ClaimLog(SharedFile.kept(path));
    try {
      log.reread();
      return log;
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private synchronized void reread() throws IOException {
    long size = file.size();
    Map<Long, PlanNode> nodes = new HashMap<>(); // of what is done, by its place
    Optional<ClaimRecord> record = ClaimRecord.readIfWhole(file, 0, size);
    while (record.isPresent()) {
      long offset = end;
      end += record.get().length();
      take(offset, record.get(), nodes);
      record = ClaimRecord.readIfWhole(file, end, size);
    }
    if (end < size) {
      file.size(end);
    }
  }

  private void take(long offset, ClaimRecord record, Map<Long, PlanNode> nodes) throws IOException {
    switch (record.kind()) {
      case Kind.Piece() -> {}
      case Kind.Recorded(var node, var value, var evidence) -> {
        List<Digest> receipts = new ArrayList<>();
        int below = 0;
        for (Done child : childrenAt(record.places(), nodes)) {
          receipts.addAll(child.what.receipts());
          below += child.what.leases();
        }
        done.put(node, new Done(offset, new Known.Finished(value, evidence, receipts, below)));
        nodes.put(offset, node);
      }
      case Kind.Adopted(var node, var what, var places) -> {
        if (!what.receipts().isEmpty()) {
          leases.put(what.receipts().getFirst(), places);
        }
        done.put(node, new Done(offset, what));
        nodes.put(offset, node);
      }
      case Kind.Forgotten(var node) -> done.remove(node);
    }
  }

  private List<Done> childrenAt(List<Long> places, Map<Long, PlanNode> nodes) throws IOException {
    List<Done> children = new ArrayList<>();
    for (Long place : places) {
      PlanNode child = nodes.remove(place);
      Done was = child == null ? null : done.remove(child);
      if (was == null || was.offset != place) {
        throw new IOException("the log of claims names what is not there, at byte " + place);
      }
      children.add(was);
    }
    return children;
  }

  /** What plan nodes without a finished parent came to, those first that were done first. */
  public synchronized Map<PlanNode, Known.Finished> finished() {
    Map<PlanNode, Known.Finished> finished = new LinkedHashMap<>();
    done.forEach((node, what) -> finished.put(node, what.what));
    return finished;
  }

  /** Takes the steps of a plan node whose children were all taken before. */
  public synchronized void append(Command.Record record) throws IOException {
    List<Long> children = new ArrayList<>(record.children().size());
    List<Digest> receipts = new ArrayList<>();
    int below = 0;
    for (PlanNode child : record.children()) {
      Done was = done.remove(child);
      if (was == null) {
        throw new IllegalStateException(
            "plan node " + child + " under " + record.node() + " was not recorded");
      }
      children.add(was.offset);
      receipts.addAll(was.what.receipts());
      below += was.what.leases();
    }
    long offset =
        write(
            new Kind.Recorded(record.node(), record.value(), record.evidence()),
            children,
            entries(record.steps()));
    done.put(
        record.node(),
        new Done(offset, new Known.Finished(record.value(), record.evidence(), receipts, below)));
  }

  private static List<ReceiptEntry> entries(List<Step> steps) {
    return steps.stream().<ReceiptEntry>map(ReceiptEntry.StepEntry::new).toList();
  }

  /** Keeps some of what a peer delivered, in order, and says where. */
  public synchronized long stage(List<ReceiptEntry> piece) throws IOException {
    return write(new Kind.Piece(), List.of(), piece);
  }

  /** What was staged in {@code places}, in order. */
  public Iterator<ReceiptEntry> staged(List<Long> places) {
    return new Pieces(places.iterator());
  }

  /**
   * Has {@code node} come to {@code what}, whose steps were staged in {@code steps}.
   *
   * @param leasePlaces where the leases and receipts were staged that it rests on; none if it has
   *     no receipt
   */
  public synchronized void adopt(
      PlanNode node, Known.Finished what, List<Long> leasePlaces, List<Long> steps)
      throws IOException {
    Kind.Adopted adopted = new Kind.Adopted(node, what, leasePlaces);
    long offset = write(adopted, steps, List.of());
    if (!what.receipts().isEmpty()) {
      leases.put(what.receipts().getFirst(), adopted.leasePlaces());
    }
    done.put(node, new Done(offset, what));
  }

  /** Where the leases and receipts are staged that were adopted with {@code receipt}. */
  public synchronized List<Long> leasePlaces(Digest receipt) {
    List<Long> places = leases.get(receipt);
    if (places == null) {
      throw new IllegalStateException("no delivery was used under the receipt " + receipt);
    }
    return places;
  }

  /** Lets go of what {@code node} came to; something above it was delivered. */
  public synchronized void forget(PlanNode node) throws IOException {
    if (done.remove(node) != null) {
      write(new Kind.Forgotten(node), List.of(), List.of());
    }
  }

  /** How long its file is. */
  public synchronized long bytes() {
    return end;
  }

  private long write(Kind kind, List<Long> places, List<ReceiptEntry> entries) throws IOException {
    byte[] record = new ClaimRecord(kind, places, entries, 0).encode();
    long offset = end;
    try {
      file.write(offset, record, 0, record.length);
      end += record.length;
    } catch (IOException e) {
      throw new IOException("the log of claims cannot be written: " + InputFile.reason(e), e);
    }
    return offset;
  }

  /** The steps below {@code root}, which is recorded, in the order of the plan. */
  public synchronized Iterator<Step> steps(PlanNode root) throws IOException {
    return stepsIfDone(root)
        .orElseThrow(() -> new IllegalStateException("plan node " + root + " was not recorded"));
  }

  /** The same; nothing if {@code root} is not recorded, or something above it is by now. */
  public synchronized Optional<Iterator<Step>> stepsIfDone(PlanNode root) throws IOException {
    Done found = done.get(root);
    return found == null ? Optional.empty() : Optional.of(new Steps(found.offset));
  }

  private static Step step(ReceiptEntry entry) {
    if (entry instanceof ReceiptEntry.StepEntry(Step step)) {
      return step;
    }
    throw new IllegalStateException("the log of claims has something else where steps are");
  }

  /** Reads one staged piece after the other. */
  private final class Pieces implements Iterator<ReceiptEntry> {
    private final Iterator<Long> places;
    private Iterator<ReceiptEntry> piece = Collections.emptyIterator();

    Pieces(Iterator<Long> places) {
      this.places = places;
    }

    @Override
    public boolean hasNext() {
      while (!piece.hasNext() && places.hasNext()) {
        try {
          piece = ClaimRecord.read(file, places.next()).entries().iterator();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return piece.hasNext();
    }

    @Override
    public ReceiptEntry next() {
      if (!hasNext()) {
        throw new NoSuchElementException("what was staged is at its end");
      }
      return piece.next();
    }
  }

  /** Walks the records from the root down, and gives out steps on the way. */
  private final class Steps implements Iterator<Step> {
    private final Deque<Place> way = new ArrayDeque<>(); // innermost last
    private final Deque<Step> due = new ArrayDeque<>();

    private static final class Place {
      final Deque<Step> after = new ArrayDeque<>();
      final List<Long> children;
      int next;

      Place(List<Long> children) {
        this.children = children;
      }
    }

    Steps(long root) throws IOException {
      enter(root);
      advance();
    }

    private void enter(long offset) throws IOException {
      ClaimRecord record = ClaimRecord.read(file, offset);
      List<Step> steps = record.entries().stream().map(ClaimLog::step).toList();
      if (record.places().isEmpty()) {
        due.addAll(steps);
        return;
      }
      Place place = new Place(record.places());
      for (Step step : steps) {
        boolean before = step.claim().function() == GuestFunction.SPLIT;
        (before ? due : place.after).addLast(step);
      }
      way.addLast(place);
    }

    private void advance() throws IOException {
      while (due.isEmpty() && !way.isEmpty()) {
        Place place = way.getLast();
        if (place.next < place.children.size()) {
          enter(place.children.get(place.next++));
        } else {
          due.addAll(place.after);
          way.removeLast();
        }
      }
    }

    @Override
    public boolean hasNext() {
      return !due.isEmpty();
    }

    @Override
    public Step next() {
      if (due.isEmpty()) {
        throw new NoSuchElementException("the steps are at their end");
      }
      Step step = due.removeFirst();
      try {
        advance();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return step;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
