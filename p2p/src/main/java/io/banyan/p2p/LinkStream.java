package io.banyan.p2p;

import io.banyan.p2p.yamux.Inbox;
import io.banyan.schema.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The side of a stream that its users see: they wait here for bytes, and for room to write them.
 *
 * <p>Safe for any thread; guarded by lock, which nobody holds while bytes are copied, so the event
 * loop, which takes it too, goes on. What is to be done on the event loop is asked of {@link
 * StreamSlot}, by {@code wake}.
 *
 * <p>Long, because reading, writing and every way to end share one lock and one state.
 */
final class LinkStream implements P2pStream {
  /** Bytes that were read are reported when they are this many; a window is 256 KiB or more. */
  private static final int CREDIT_BYTES = 64 << 10; // 64 KiB

  /** One buffer of what is written is at most so large. */
  private static final int PIECE_BYTES = 64 << 10; // 64 KiB

  private final Link link;
  private final String protocol;
  private final Runnable wake;
  private final int writeBufferBytesMax;
  private final InputStream input = new StreamInput(this);
  private final StreamOutput output = new StreamOutput(this);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final Condition writable = lock.newCondition();
  private Inbox incoming = new Inbox();
  private final ArrayDeque<ByteBuf> outgoing = new ArrayDeque<>();
  private int outgoingBytes;
  private long unreadBytes;
  private long creditBytes;
  private Optional<IOException> failure = Optional.empty();
  private long readTimeoutNanos = Long.MAX_VALUE;
  private boolean remoteClosed;
  private boolean writeClosed;
  private boolean closed;
  private boolean resetWanted;

  /** Only one thread reads at a time; it takes from here what it has taken from incoming. */
  private final ReentrantLock readLock = new ReentrantLock();

  private Inbox reading = new Inbox();

  /**
   * @param wake has the event loop look at what was asked for
   */
  LinkStream(Link link, String protocol, int writeBufferBytesMax, Runnable wake) {
    this.link = link;
    this.protocol = protocol;
    this.writeBufferBytesMax = writeBufferBytesMax;
    this.wake = wake;
  }

  // What users ask for.

  @Override
  public PeerId remote() {
    return link.peer();
  }

  @Override
  public P2pStream openBeside(String protocol, Duration timeout)
      throws IOException, InterruptedException {
    return link.open(protocol, timeout);
  }

  @Override
  public String protocol() {
    return protocol;
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void readTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("read timeout is " + timeout + ", not positive");
    }
    lock.lock();
    try {
      readTimeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void closeWrite() {
    output.end();
    lock.lock();
    try {
      writeClosed = true;
      writable.signalAll();
    } finally {
      lock.unlock();
    }
    wake.run();
  }

  @Override
  public void reset() {
    fail(new IOException(name() + " was reset here"));
    lock.lock();
    try {
      resetWanted = true;
    } finally {
      lock.unlock();
    }
    wake.run();
  }

  @Override
  public void close() {
    output.end();
    lock.lock();
    try {
      writeClosed = true;
      closed = true;
      incoming.close();
      readable.signalAll();
      writable.signalAll();
    } finally {
      lock.unlock();
    }
    wake.run();
  }

  /** How it is called in sentences. */
  String name() {
    return "stream " + protocol + " with " + link.peer();
  }

  /**
   * Waits for a byte.
   *
   * @return how many were read; −1 at the end
   */
  int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    readLock.lock();
    try {
      if (reading.readableBytes() == 0 && !refill()) {
        return -1;
      }
      int count = reading.read(into, offset, length);
      read(count);
      return count;
    } finally {
      readLock.unlock();
    }
  }

  /** How many bytes can be read without waiting. */
  int available() {
    readLock.lock();
    try {
      lock.lock();
      try {
        return reading.readableBytes() + incoming.readableBytes();
      } finally {
        lock.unlock();
      }
    } finally {
      readLock.unlock();
    }
  }

  /** Takes over what has come; false at the end. */
  private boolean refill() throws IOException {
    lock.lock();
    try {
      long left = readTimeoutNanos;
      while (incoming.readableBytes() == 0 && failure.isEmpty() && !remoteClosed && !closed) {
        if (left <= 0) {
          throw new SocketTimeoutException(
              "no byte on "
                  + name()
                  + " for "
                  + TimeUnit.NANOSECONDS.toMillis(readTimeoutNanos)
                  + " ms");
        }
        left = readable.awaitNanos(left);
      }
      if (closed) {
        throw new IOException(name() + " is closed here");
      }
      // What came in order, with its end, may be read whatever came then.
      if (failure.isPresent() && !remoteClosed) {
        throw rethrown(failure.get());
      }
      Inbox empty = reading;
      reading = incoming;
      incoming = empty;
      return reading.readableBytes() > 0;
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  private void read(int count) {
    boolean report;
    lock.lock();
    try {
      unreadBytes -= count;
      creditBytes += count;
      report = creditBytes >= CREDIT_BYTES || (remoteClosed && unreadBytes == 0);
    } finally {
      lock.unlock();
    }
    if (report) {
      wake.run();
    }
  }

  /** Waits for room, and hands a copy on. */
  void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      int count = Math.min(left, PIECE_BYTES);
      byte[] copy = new byte[count];
      System.arraycopy(bytes, from, copy, 0, count);
      enqueue(Unpooled.wrappedBuffer(copy), true);
      from += count;
      left -= count;
    }
  }

  /** Hands the last, short piece on; who closes a stream does not wait for room. */
  void writeLast(byte[] bytes, int length) throws IOException {
    if (length > 0) {
      enqueue(Unpooled.copiedBuffer(bytes, 0, length), false);
    }
  }

  private void enqueue(ByteBuf piece, boolean waits) throws IOException {
    lock.lock();
    try {
      while (waits && outgoingBytes >= writeBufferBytesMax && failure.isEmpty() && !writeClosed) {
        writable.await();
      }
      if (failure.isPresent()) {
        throw rethrown(failure.get());
      }
      if (writeClosed) {
        throw new IOException(name() + " is closed for writing here");
      }
      outgoing.add(piece);
      outgoingBytes += piece.readableBytes();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
    wake.run();
  }

  private InterruptedIOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException interrupted =
        new InterruptedIOException("waiting on the " + name() + " was interrupted");
    interrupted.initCause(cause);
    return interrupted;
  }

  /** With the stack of who hears of it. */
  private static IOException rethrown(IOException failure) {
    return new IOException(failure.getMessage(), failure);
  }

  // What the event loop tells, and asks.

  /** Takes bytes over. */
  void received(ByteBuf bytes) {
    lock.lock();
    try {
      unreadBytes += bytes.readableBytes();
      if (closed || failure.isPresent()) {
        bytes.release();
        return;
      }
      incoming.add(bytes);
      readable.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The peer sends no more. */
  void remoteClosed() {
    lock.lock();
    try {
      remoteClosed = true;
      readable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing goes any more: whoever waits hears why. The first failure counts. */
  void fail(IOException cause) {
    lock.lock();
    try {
      if (failure.isEmpty()) {
        failure = Optional.of(cause);
      }
      outgoing.forEach(ByteBuf::release);
      outgoing.clear();
      outgoingBytes = 0;
      if (!remoteClosed) {
        incoming.close();
      }
      readable.signalAll();
      writable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many bytes were read since the last time. Those that nobody will read, because the stream
   * is closed here, count as read once the peer has sent its last.
   */
  int takeCredit() {
    lock.lock();
    try {
      if (closed && remoteClosed) {
        creditBytes += unreadBytes;
        unreadBytes = 0;
      }
      long taken = creditBytes;
      creditBytes = 0;
      return Math.toIntExact(taken); // no window is larger
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is to be sent next, at most {@code bytesMax}; nothing if there is nothing. */
  Optional<ByteBuf> takeOutput(int bytesMax) {
    lock.lock();
    try {
      ByteBuf first = outgoing.peek();
      if (first == null) {
        return Optional.empty();
      }
      ByteBuf taken = first;
      if (first.readableBytes() > bytesMax) {
        taken = first.readRetainedSlice(bytesMax);
      } else {
        outgoing.remove();
      }
      outgoingBytes -= taken.readableBytes();
      if (outgoingBytes <= writeBufferBytesMax / 2) {
        writable.signal();
      }
      return Optional.of(taken);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What users asked for.
   *
   * @param endOfOutput all that was written is taken, and there will be no more
   * @param closed nobody reads any more
   * @param isRead all that came is read, and reported
   * @param isBehind much of what came is not read
   */
  record Wishes(
      boolean reset, boolean endOfOutput, boolean closed, boolean isRead, boolean isBehind) {}

  Wishes wishes() {
    lock.lock();
    try {
      return new Wishes(
          resetWanted,
          writeClosed && outgoing.isEmpty(),
          closed,
          unreadBytes == 0 && creditBytes == 0,
          unreadBytes >= CREDIT_BYTES);
    } finally {
      lock.unlock();
    }
  }
}
