package io.banyan.node;

import io.banyan.node.data.DataClient;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import java.io.IOException;

/** Brings whole blobs from a peer. */
@FunctionalInterface
public interface BlobFetch {
  /**
   * Hands on all bytes of a blob, in order, each after it was proven; blocks until then.
   *
   * @param link what entitles to it
   * @throws IOException if the peer does not give it, or gives something else, or {@code to} threw
   */
  void fetch(PeerId peer, Digest link, BlobRef ref, Sink to)
      throws IOException, InterruptedException;

  /** Takes bytes as they come. */
  @FunctionalInterface
  interface Sink {
    /** Takes {@code count} bytes; the array is overwritten afterwards. */
    void accept(byte[] bytes, int offset, int count) throws IOException;
  }

  /** Over {@code /banyan/data/1}. */
  static BlobFetch over(DataClient client) {
    return (peer, link, ref, to) ->
        client.fetch(
            peer,
            link,
            ref,
            0,
            ref.length(),
            blocks -> to.accept(blocks.bytes(), blocks.offset(), blocks.byteCount()));
  }
}
