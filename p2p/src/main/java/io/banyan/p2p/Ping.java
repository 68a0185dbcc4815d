package io.banyan.p2p;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;

/** Echoes 32 bytes, again and again, until the peer closes (libp2p specification, "Ping"). */
final class Ping {
  static final String PROTOCOL = "/ipfs/ping/1.0.0";

  /** By the specification. */
  static final int STREAMS_PER_PEER_MAX = 2;

  private static final int LENGTH = 32;

  private Ping() {}

  static void serve(P2pStream stream) throws IOException {
    OutputStream out = stream.output();
    while (true) {
      byte[] bytes = stream.input().readNBytes(LENGTH);
      if (bytes.length == 0) {
        return;
      }
      if (bytes.length < LENGTH) {
        throw new EOFException(
            "a ping of " + stream.remote() + " is " + bytes.length + " bytes long, not " + LENGTH);
      }
      out.write(bytes);
      out.flush();
    }
  }
}
