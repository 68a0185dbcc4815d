package io.banyan.node.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;

/** One direction of a stream: bytes in order, as many on the way as a window of yamux holds. */
final class TestingPipe {
  private static final int WINDOW_BYTES = 256 << 10; // 256 KiB

  private final TestingWire wire;
  private byte[] ring = new byte[1 << 10];
  private int first;
  private int count;
  private boolean ended; // by the writer, in order
  private String broken = ""; // why nothing comes or goes any more
  private long readTimeoutMillis; // 0: none

  TestingPipe(TestingWire wire) {
    this.wire = wire;
  }

  /** Puts what fits at the moment, at least one byte, and says how many. */
  private synchronized int put(byte[] bytes, int offset, int length)
      throws IOException, InterruptedException {
    while (broken.isEmpty() && !ended && count == WINDOW_BYTES) {
      wait();
    }
    if (!broken.isEmpty()) {
      throw new IOException(broken);
    }
    if (ended) {
      throw new IOException("writing was closed");
    }
    int put = Math.min(length, WINDOW_BYTES - count);
    grow(count + put);
    int at = (first + count) % ring.length;
    int untilEnd = Math.min(put, ring.length - at);
    System.arraycopy(bytes, offset, ring, at, untilEnd);
    System.arraycopy(bytes, offset + untilEnd, ring, 0, put - untilEnd);
    count += put;
    notifyAll();
    return put;
  }

  private void grow(int needed) {
    if (needed <= ring.length) {
      return;
    }
    byte[] grown = new byte[Math.min(WINDOW_BYTES, Math.max(needed, 4 * ring.length))];
    int untilEnd = Math.min(count, ring.length - first);
    System.arraycopy(ring, first, grown, 0, untilEnd);
    System.arraycopy(ring, 0, grown, untilEnd, count - untilEnd);
    ring = grown;
    first = 0;
  }

  private synchronized int take(byte[] into, int offset, int length)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    while (broken.isEmpty() && !ended && count == 0) {
      long passed = (System.nanoTime() - begin) / 1_000_000;
      if (readTimeoutMillis > 0 && passed >= readTimeoutMillis) {
        throw new SocketTimeoutException("nothing came for " + readTimeoutMillis + " ms");
      }
      wait(readTimeoutMillis == 0 ? 0 : readTimeoutMillis - passed);
    }
    if (!broken.isEmpty()) {
      throw new IOException(broken);
    }
    if (count == 0) {
      return -1;
    }
    int taken = Math.min(length, count);
    int untilEnd = Math.min(taken, ring.length - first);
    System.arraycopy(ring, first, into, offset, untilEnd);
    System.arraycopy(ring, 0, into, offset + untilEnd, taken - untilEnd);
    first = (first + taken) % ring.length;
    count -= taken;
    notifyAll();
    return taken;
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("the thread was interrupted", e);
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  synchronized void fail(String reason) {
    if (broken.isEmpty()) {
      broken = reason;
      notifyAll();
    }
  }

  /** The reader leaves: in order if the writer has sent all it had. */
  synchronized void abandon() {
    if (!ended) {
      fail("the stream was reset");
    }
  }

  synchronized void readTimeout(Duration timeout) {
    readTimeoutMillis = Math.max(1, timeout.toMillis());
  }

  InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        try {
          return length == 0 ? 0 : take(into, offset, length);
        } catch (InterruptedException e) {
          throw interrupted(e);
        }
      }
    };
  }

  OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        TestingWire.Sent sent = wire.send(bytes, offset, length);
        try {
          for (int done = 0; done < sent.length(); ) {
            done += put(sent.bytes(), sent.offset() + done, sent.length() - done);
          }
        } catch (InterruptedException e) {
          throw interrupted(e);
        }
        if (sent.length() < length) {
          wire.cut();
          throw new IOException(TestingWire.LOST);
        }
      }
    };
  }
}
