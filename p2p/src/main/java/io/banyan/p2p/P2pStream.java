package io.banyan.p2p;

import io.banyan.schema.PeerId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * One stream between two peers: bytes in order, each way, with backpressure each way. Reading frees
 * the sender's credit; writing blocks while the reader is behind.
 *
 * <p>One thread may read while another one writes; any thread may reset or close it.
 */
public interface P2pStream extends AutoCloseable {
  /** Whose key the other side has shown. */
  PeerId remote();

  String protocol();

  /**
   * Opens a further stream over the same connection, as {@link Host#open} does over whichever is in
   * use: where two processes share one identity, it leads to the one that holds this stream's end.
   *
   * @throws IOException if the connection is over, or the peer does not agree in time
   */
  P2pStream openBeside(String protocol, Duration timeout) throws IOException, InterruptedException;

  /**
   * What the peer sends. A reset, a lost connection and a time that is over are IOExceptions that
   * say so.
   */
  InputStream input();

  /** What the peer is sent. Bytes leave at the latest with {@code flush}. */
  OutputStream output();

  /** How long one read may wait; without limit until it is set. */
  void readTimeout(Duration timeout);

  /** Says that nothing more will be written, behind all that was. */
  void closeWrite();

  /** Ends both directions at once; the peer is told that it was not in order. */
  void reset();

  /**
   * Closes writing, and gives up reading: in order if the peer has sent all it had, else a reset.
   */
  @Override
  void close();
}
