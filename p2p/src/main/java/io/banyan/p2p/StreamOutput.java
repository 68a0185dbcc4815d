package io.banyan.p2p;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bytes that go, as {@code java.io} has them. Short ones are gathered until there are enough,
 * or somebody flushes.
 *
 * <p>Safe for any thread; guarded by lock.
 */
final class StreamOutput extends OutputStream {
  private static final int GATHER_BYTES = 8 << 10; // 8 KiB

  private final LinkStream stream;
  private final ReentrantLock lock = new ReentrantLock();
  private byte[] gathered = {};
  private int count;

  StreamOutput(LinkStream stream) {
    this.stream = stream;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    lock.lock();
    try {
      if (count + length > GATHER_BYTES) {
        send();
      }
      if (length >= GATHER_BYTES) {
        stream.write(bytes, offset, length);
        return;
      }
      if (gathered.length == 0) {
        gathered = new byte[GATHER_BYTES];
      }
      System.arraycopy(bytes, offset, gathered, count, length);
      count += length;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    lock.lock();
    try {
      send();
    } finally {
      lock.unlock();
    }
  }

  private void send() throws IOException {
    int length = count;
    count = 0;
    stream.write(gathered, 0, length);
  }

  /** Hands on what was gathered, unless somebody is writing still: that is cut short, then. */
  void end() {
    if (!lock.tryLock()) {
      return;
    }
    try {
      int length = count;
      count = 0;
      stream.writeLast(gathered, length);
    } catch (IOException e) {
      // The stream has failed, and whoever reads or writes it hears so.
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    stream.closeWrite();
  }
}
