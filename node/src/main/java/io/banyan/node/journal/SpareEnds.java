package io.banyan.node.journal;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Value;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Room for ends of jobs that the {@link Journal} does not take while the disk is full: a file of
 * slots, written from end to end when it is opened. What is written in their place later needs no
 * more room (but where a file system never writes in place; there it may be refused too).
 *
 * <p>Safe for any thread; guarded by its own lock, which is held while the disk syncs.
 */
public final class SpareEnds implements AutoCloseable {
  /*
   * A slot is u32 length, u32 CRC-32C of the body, body. One that a crash cut off, or that was
   * cleared, does not hold against its checksum, and is free.
   */

  /** A cause takes 1 KiB at most, all else of an end some 200 bytes. */
  static final int SLOT_BYTES = 2048;

  private static final int HEADER_BYTES = 2 * Integer.BYTES;

  private final FileChannel file;
  private final Map<JobId, Integer> slots = new LinkedHashMap<>(); // those in use
  private final int count;

  private SpareEnds(FileChannel file, int count) {
    this.file = file;
    this.count = count;
  }

  /**
   * Opens the file in {@code path}, which is made when there is none, with as many of {@code slots}
   * as the disk has room for.
   */
  public static SpareEnds open(Path path, int slots) throws IOException {
    FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      return new SpareEnds(file, grown(file, slots));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static int grown(FileChannel file, int slots) throws IOException {
    int there = (int) Math.min(slots, file.size() / SLOT_BYTES);
    try {
      while (there < slots) {
        write(file, ByteBuffer.allocate(SLOT_BYTES), there);
        there++;
      }
      file.force(true);
    } catch (IOException e) {
      // The disk is full by now: the next start may find more room.
    }
    return there;
  }

  private static void write(FileChannel file, ByteBuffer bytes, int slot) throws IOException {
    long place = (long) slot * SLOT_BYTES;
    while (bytes.hasRemaining()) {
      place += file.write(bytes, place);
    }
  }

  /** The ends that are kept here, when the file was opened or since. */
  public synchronized Map<JobId, JournaledJob.End> ends() throws IOException {
    Map<JobId, JournaledJob.End> ends = new LinkedHashMap<>();
    slots.clear();
    for (int slot = 0; slot < count; slot++) {
      Optional<DataInputStream> body = body(slot);
      if (body.isPresent()) {
        JobId job = new JobId(digest(body.get()));
        ends.put(job, end(body.get()));
        slots.put(job, slot);
      }
    }
    return ends;
  }

  private Optional<DataInputStream> body(int slot) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, (long) slot * SLOT_BYTES + bytes.position()) < 0) {
        throw new EOFException("file of ends is shorter than it was");
      }
    }
    bytes.flip();
    int length = bytes.getInt();
    int sum = bytes.getInt();
    if (length <= 0 || length > SLOT_BYTES - HEADER_BYTES) {
      return Optional.empty();
    }
    byte[] body = new byte[length];
    bytes.get(body);
    return sum(body) == sum
        ? Optional.of(new DataInputStream(new ByteArrayInputStream(body)))
        : Optional.empty();
  }

  private static int sum(byte[] body) {
    CRC32C sum = new CRC32C();
    sum.update(body);
    return (int) sum.getValue();
  }

  /**
   * Keeps the end of a job; it is on the disk when this returns.
   *
   * @throws IOException if there is no slot left, or the disk does not take it
   */
  public synchronized void put(JobId job, JournaledJob.End end) throws IOException {
    int slot = slots.containsKey(job) ? slots.get(job) : free();
    byte[] body = body(job, end);
    write(
        file,
        ByteBuffer.allocate(HEADER_BYTES + body.length)
            .putInt(body.length)
            .putInt(sum(body))
            .put(body)
            .flip(),
        slot);
    file.force(false);
    slots.put(job, slot);
  }

  private int free() throws IOException {
    for (int slot = 0; slot < count; slot++) {
      if (!slots.containsValue(slot)) {
        return slot;
      }
    }
    throw new IOException("all " + count + " slots for ends that are not journaled are taken");
  }

  /** The journal has the end of a job now; harmless if none is kept here. */
  public synchronized void remove(JobId job) throws IOException {
    Integer slot = slots.remove(job);
    if (slot != null) {
      write(file, ByteBuffer.allocate(HEADER_BYTES), slot);
    }
  }

  private static byte[] body(JobId job, JournaledJob.End end) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(job.digest().bytes());
    out.writeUTF(end.ending().state().name());
    switch (end.ending()) {
      case JobEnding.Failed(String cause) -> out.writeUTF(cause);
      case JobEnding.Partial(BlobRef pieces, String cause) -> {
        write(out, pieces);
        out.writeUTF(cause);
      }
      case JobEnding.Completed(Value value, BlobRef output, BlobRef receipt) -> {
        out.writeBoolean(value instanceof Value.Rope);
        out.write(value.named().digest().bytes());
        write(out, output);
        write(out, receipt);
      }
      case JobEnding.Cancelled(), JobEnding.TimedOut() -> {}
    }
    out.writeLong(end.startedMillis());
    out.writeLong(end.finishedMillis());
    out.writeLong(end.leavesDone());
    out.writeLong(end.leavesTotal());
    out.writeLong(end.fuel());
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, BlobRef ref) throws IOException {
    out.write(ref.digest().bytes());
    out.writeLong(ref.length());
  }

  private static JournaledJob.End end(DataInputStream in) throws IOException {
    JobState state = JobState.valueOf(in.readUTF());
    JobEnding ending =
        switch (state) {
          case FAILED -> new JobEnding.Failed(in.readUTF());
          case PARTIAL -> new JobEnding.Partial(ref(in), in.readUTF());
          case COMPLETE -> completed(in);
          case CANCELLED -> new JobEnding.Cancelled();
          case TIMEOUT -> new JobEnding.TimedOut();
          case PENDING, ASSIGNED, COMPUTING, VERIFYING ->
              throw new IOException("file of ends has a job that is " + state);
        };
    return new JournaledJob.End(
        ending, in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
  }

  private static JobEnding completed(DataInputStream in) throws IOException {
    boolean isRope = in.readBoolean();
    Digest value = digest(in);
    BlobRef output = ref(in);
    return new JobEnding.Completed(
        isRope
            ? new Value.Rope(value, output.length())
            : new Value.Blob(new BlobRef(value, output.length())),
        output,
        ref(in));
  }

  private static BlobRef ref(DataInputStream in) throws IOException {
    return new BlobRef(digest(in), in.readLong());
  }

  private static Digest digest(DataInputStream in) throws IOException {
    byte[] bytes = new byte[Digest.LENGTH];
    in.readFully(bytes);
    return Digest.of(bytes);
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
