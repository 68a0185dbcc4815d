package io.banyan.node.lease;

import io.banyan.node.data.DataClient;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The modules and shared blobs that came from peers: each is fetched once, however many leases ask
 * for it at the same time, and kept while there is room.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while it fetches.
 */
public final class Shelf {
  private final DataClient data;
  private final long bytesMax;
  private final Map<BlobRef, CompletableFuture<byte[]>> blobs =
      new LinkedHashMap<>(16, 0.75f, true); // the least recently used first
  private long bytesHeld;

  /**
   * An empty shelf.
   *
   * @param bytesMax of all blobs that are kept for later; what is in use is the users'
   */
  public Shelf(DataClient data, long bytesMax) {
    this.data = data;
    this.bytesMax = bytesMax;
  }

  /** The blob, from here, or from {@code peer} under {@code link}. */
  byte[] bytes(BlobRef ref, PeerId peer, Digest link) throws IOException, InterruptedException {
    CompletableFuture<byte[]> fresh = new CompletableFuture<>();
    CompletableFuture<byte[]> known = putIfAbsent(ref, fresh);
    if (known != null) {
      try {
        return known.get();
      } catch (ExecutionException e) {
        // Whoever fetched it failed with a peer that need not be this one.
        return data.fetchBytes(peer, link, ref, ref.length());
      }
    }
    try {
      byte[] bytes = data.fetchBytes(peer, link, ref, ref.length());
      keep(ref, fresh, bytes);
      return bytes;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      forget(ref);
      fresh.completeExceptionally(e);
      throw e;
    }
  }

  /** The bytes that are kept for later. */
  synchronized long bytesHeld() {
    return bytesHeld;
  }

  private synchronized @Nullable CompletableFuture<byte[]> putIfAbsent(
      BlobRef ref, CompletableFuture<byte[]> fresh) {
    CompletableFuture<byte[]> known = blobs.get(ref);
    if (known == null) {
      blobs.put(ref, fresh);
    }
    return known;
  }

  private synchronized void forget(BlobRef ref) {
    blobs.remove(ref);
  }

  /** Only what is counted is complete, and may be let go of. */
  private synchronized void keep(BlobRef kept, CompletableFuture<byte[]> flight, byte[] bytes) {
    flight.complete(bytes);
    bytesHeld += kept.length();
    var oldest = blobs.entrySet().iterator();
    while (bytesHeld > bytesMax && oldest.hasNext()) {
      var entry = oldest.next();
      if (entry.getValue().isDone()) {
        bytesHeld -= entry.getKey().length();
        oldest.remove();
      }
    }
  }
}
