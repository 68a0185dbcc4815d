package io.banyan.node;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A user's side of {@code /banyan/data/1}: what he hands in is fetched from here, and what came of
 * it is fetched by him.
 *
 * <p>Safe for any thread.
 */
public interface DataPort extends BlobFetch, AutoCloseable {
  /**
   * What one job is made of.
   *
   * @param blobs module and shared blobs
   * @param input read while it is sent
   * @param inputRef the input's name
   */
  record Offer(List<byte[]> blobs, Optional<InputFile> input, BlobRef inputRef) {
    public Offer {
      blobs = List.copyOf(blobs);
    }
  }

  /**
   * Lets {@code peer}, and nobody else, have what is offered; in the place of what was offered
   * before.
   *
   * @param progress is told how many bytes were sent so far
   */
  void offer(Digest link, PeerId peer, Offer offer, LongConsumer progress);

  @Override
  void close();
}
