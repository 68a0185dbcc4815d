package io.banyan.node;

import io.banyan.delegation.Command;
import io.banyan.node.data.SharedFile;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PlanNode;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Step;
import io.banyan.schema.WireCodec;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The steps of a running task, in a file. Plan nodes come in the order in which they are done, each
 * with the offsets of its children's records; so the steps can be read back in the order of the
 * plan, and only plan nodes whose parent is not done are remembered.
 *
 * <p>What a peer delivers, leases and receipts among it, is staged in pieces before it is known
 * whether it will be used.
 *
 * <p>Safe for any thread; guarded by its own lock. It is read when all is written.
 */
public final class ClaimLog implements AutoCloseable {
  /*
   * A record: u32 number of children, their u64 offsets; u32 number of steps; u32 length and bytes
   * of each. A record without children holds its steps in the order of the plan: one leaf's, or a
   * piece of what a peer delivered.
   */

  private static final long[] NO_CHILDREN = {};

  private final SharedFile file;
  private final Map<PlanNode, Long> offsets = new HashMap<>(); // of nodes without a parent yet
  private long end;

  /** An empty log in {@code folder}. */
  public ClaimLog(Path folder) throws IOException {
    file = SharedFile.temporary(folder.resolve("claims"));
  }

  /** Takes the steps of a plan node whose children were all taken before. */
  public synchronized void append(Command.Record record) throws IOException {
    long[] children = new long[record.children().size()];
    for (int i = 0; i < children.length; i++) {
      PlanNode child = record.children().get(i);
      Long offset = offsets.remove(child);
      if (offset == null) {
        throw new IllegalStateException(
            "plan node " + child + " under " + record.node() + " was not recorded");
      }
      children[i] = offset;
    }
    offsets.put(record.node(), write(children, entries(record.steps())));
  }

  private static List<ReceiptEntry> entries(List<Step> steps) {
    return steps.stream().<ReceiptEntry>map(ReceiptEntry.StepEntry::new).toList();
  }

  /** Keeps some of what a peer delivered, in order, and says where. */
  public synchronized long stage(List<ReceiptEntry> piece) throws IOException {
    return write(NO_CHILDREN, piece);
  }

  /** What was staged in {@code places}, in order. */
  public Iterator<ReceiptEntry> staged(List<Long> places) {
    return new Pieces(places.iterator());
  }

  /** Has {@code node} come to the steps that were staged in {@code places}. */
  public synchronized void adopt(PlanNode node, List<Long> places) throws IOException {
    long[] children = places.stream().mapToLong(Long::longValue).toArray();
    offsets.put(node, write(children, List.of()));
  }

  /** Lets go of what {@code node} came to; something above it was delivered. */
  public synchronized void forget(PlanNode node) {
    offsets.remove(node);
  }

  private long write(long[] children, List<ReceiptEntry> entries) throws IOException {
    List<byte[]> encoded = entries.stream().map(WireCodec::encodeReceiptEntry).toList();
    int length = Integer.BYTES * 2 + Long.BYTES * children.length;
    for (byte[] entry : encoded) {
      length += Integer.BYTES + entry.length;
    }
    ByteBuffer buffer = ByteBuffer.allocate(length).putInt(children.length);
    for (long child : children) {
      buffer.putLong(child);
    }
    buffer.putInt(encoded.size());
    for (byte[] entry : encoded) {
      buffer.putInt(entry.length).put(entry);
    }
    long offset = end;
    try {
      file.write(offset, buffer.array(), 0, length);
      end += length;
    } catch (IOException e) {
      throw new IOException("the log of claims cannot be written: " + InputFile.reason(e), e);
    }
    return offset;
  }

  /** The steps below {@code root}, in the order of the plan. */
  public synchronized Iterator<Step> steps(PlanNode root) throws IOException {
    Long offset = offsets.get(root);
    if (offset == null) {
      throw new IllegalStateException("plan node " + root + " was not recorded");
    }
    return new Steps(offset);
  }

  private record Entry(List<ReceiptEntry> entries, long[] children) {}

  private Entry read(long offset) throws IOException {
    long[] children = new long[readInt(offset)];
    ByteBuffer body = readBytes(offset + Integer.BYTES, children.length * Long.BYTES);
    body.asLongBuffer().get(children);
    long position = offset + Integer.BYTES + body.capacity();
    int count = readInt(position);
    position += Integer.BYTES;
    List<ReceiptEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = readInt(position);
      entries.add(decode(readBytes(position + Integer.BYTES, length)));
      position += Integer.BYTES + length;
    }
    return new Entry(entries, children);
  }

  private static ReceiptEntry decode(ByteBuffer bytes) {
    try {
      return WireCodec.decodeReceiptEntry(bytes);
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("the log of claims does not hold what was written", e);
    }
  }

  private static Step step(ReceiptEntry entry) {
    if (entry instanceof ReceiptEntry.StepEntry(Step step)) {
      return step;
    }
    throw new IllegalStateException("the log of claims has something else where steps are");
  }

  private int readInt(long offset) throws IOException {
    return readBytes(offset, Integer.BYTES).getInt();
  }

  private ByteBuffer readBytes(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    if (file.read(offset, bytes, 0, length) < length) {
      throw new EOFException("the log of claims became shorter while it was read");
    }
    return ByteBuffer.wrap(bytes);
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
          piece = read(places.next()).entries.iterator();
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
      final long[] children;
      int next;

      Place(long[] children) {
        this.children = children;
      }
    }

    Steps(long root) throws IOException {
      enter(root);
      advance();
    }

    private void enter(long offset) throws IOException {
      Entry entry = read(offset);
      List<Step> steps = entry.entries.stream().map(ClaimLog::step).toList();
      if (entry.children.length == 0) {
        due.addAll(steps);
        return;
      }
      Place place = new Place(entry.children);
      for (Step step : steps) {
        boolean before = step.claim().function() == GuestFunction.SPLIT;
        (before ? due : place.after).addLast(step);
      }
      way.addLast(place);
    }

    private void advance() throws IOException {
      while (due.isEmpty() && !way.isEmpty()) {
        Place place = way.getLast();
        if (place.next < place.children.length) {
          enter(place.children[place.next++]);
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
