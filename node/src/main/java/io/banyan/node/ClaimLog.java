package io.banyan.node;

import io.banyan.delegation.Command;
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
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The steps of a running job, in a file. Plan nodes come in the order in which they are done, each
 * with the offsets of its children's records; so the steps can be read back in the order of the
 * plan, and only plan nodes whose parent is not done are remembered.
 *
 * <p>Confined to the driver thread.
 */
public final class ClaimLog implements AutoCloseable {
  /*
   * A record: u32 number of children, their u64 offsets; u32 number of steps; u32 length and bytes
   * of each.
   */

  private final FileChannel file;
  private final Map<PlanNode, Long> offsets = new HashMap<>(); // of nodes without a parent yet
  private long end;

  /** An empty log in {@code folder}. */
  public ClaimLog(Path folder) throws IOException {
    file =
        FileChannel.open(
            folder.resolve("claims"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Takes the steps of a plan node whose children were all taken before. */
  public void append(Command.Record record) throws IOException {
    List<byte[]> steps =
        record.steps().stream()
            .map(step -> WireCodec.encodeReceiptEntry(new ReceiptEntry.StepEntry(step)))
            .toList();
    int length = Integer.BYTES * 2 + Long.BYTES * record.children().size();
    for (byte[] step : steps) {
      length += Integer.BYTES + step.length;
    }
    ByteBuffer buffer = ByteBuffer.allocate(length).putInt(record.children().size());
    for (PlanNode child : record.children()) {
      Long offset = offsets.remove(child);
      if (offset == null) {
        throw new IllegalStateException(
            "plan node " + child + " under " + record.node() + " was not recorded");
      }
      buffer.putLong(offset);
    }
    buffer.putInt(steps.size());
    for (byte[] step : steps) {
      buffer.putInt(step.length).put(step);
    }
    offsets.put(record.node(), end);
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        end += file.write(buffer, end);
      }
    } catch (IOException e) {
      throw new IOException("the log of claims cannot be written: " + InputFile.reason(e), e);
    }
  }

  /** The steps below {@code root}, in the order of the plan. */
  public Iterator<Step> steps(PlanNode root) throws IOException {
    Long offset = offsets.get(root);
    if (offset == null) {
      throw new IllegalStateException("plan node " + root + " was not recorded");
    }
    return new Steps(offset);
  }

  private record Entry(List<Step> steps, long[] children) {}

  private Entry read(long offset) throws IOException {
    long[] children = new long[readInt(offset)];
    ByteBuffer body = readBytes(offset + Integer.BYTES, children.length * Long.BYTES);
    body.asLongBuffer().get(children);
    long position = offset + Integer.BYTES + body.capacity();
    int count = readInt(position);
    position += Integer.BYTES;
    List<Step> steps = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = readInt(position);
      steps.add(decode(readBytes(position + Integer.BYTES, length)));
      position += Integer.BYTES + length;
    }
    return new Entry(steps, children);
  }

  private static Step decode(ByteBuffer bytes) {
    try {
      if (WireCodec.decodeReceiptEntry(bytes) instanceof ReceiptEntry.StepEntry(Step step)) {
        return step;
      }
      throw new IllegalStateException("the log of claims holds something else than steps");
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("the log of claims does not hold what was written", e);
    }
  }

  private int readInt(long offset) throws IOException {
    return readBytes(offset, Integer.BYTES).getInt();
  }

  private ByteBuffer readBytes(long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the log of claims became shorter while it was read");
      }
    }
    return buffer.flip();
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
      Place place = new Place(entry.children);
      for (Step step : entry.steps) {
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
