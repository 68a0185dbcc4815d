package io.banyan.p2p;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The bytes that come, as {@code java.io} has them. */
final class StreamInput extends InputStream {
  private final LinkStream stream;

  StreamInput(LinkStream stream) {
    this.stream = stream;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return stream.read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    return stream.read(into, offset, length);
  }

  @Override
  public int available() {
    return stream.available();
  }
}
