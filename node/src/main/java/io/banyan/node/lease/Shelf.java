package io.banyan.node.lease;

import io.banyan.node.data.DataClient;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The modules and shared blobs that came from peers: each is fetched once, however many leases ask
 * for it at the same time, and kept while there is room.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while it fetches.
 */
public final class Shelf {
  /** How long one lease waits for what another one fetches. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final DataClient data;
  private final long bytesMax;
  private final Map<Key, CompletableFuture<byte[]>> blobs =
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

  /** Whose blob it is: a name alone does not entitle to somebody else's data. */
  private record Key(Optional<PublicKey> submitter, BlobRef ref) {}

  /** A module, which is common to all, from here, or from {@code peer} under {@code link}. */
  byte[] module(BlobRef ref, PeerId peer, Digest link) throws IOException, InterruptedException {
    return bytes(new Key(Optional.empty(), ref), peer, link);
  }

  /** A shared blob of one submitter's jobs, likewise. */
  byte[] shared(PublicKey submitter, BlobRef ref, PeerId peer, Digest link)
      throws IOException, InterruptedException {
    return bytes(new Key(Optional.of(submitter), ref), peer, link);
  }

  private byte[] bytes(Key key, PeerId peer, Digest link) throws IOException, InterruptedException {
    BlobRef ref = key.ref;
    CompletableFuture<byte[]> fresh = new CompletableFuture<>();
    CompletableFuture<byte[]> known = putIfAbsent(key, fresh);
    if (known != null) {
      try {
        return known.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        // Whoever fetches it has trouble with a peer that need not be this one.
        return data.fetchBytes(peer, link, ref, ref.length());
      }
    }
    try {
      byte[] bytes = data.fetchBytes(peer, link, ref, ref.length());
      keep(key, fresh, bytes);
      return bytes;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      forget(key);
      fresh.completeExceptionally(e);
      throw e;
    }
  }

  /** The bytes that are kept for later. */
  synchronized long bytesHeld() {
    return bytesHeld;
  }

  private synchronized @Nullable CompletableFuture<byte[]> putIfAbsent(
      Key key, CompletableFuture<byte[]> fresh) {
    CompletableFuture<byte[]> known = blobs.get(key);
    if (known == null) {
      blobs.put(key, fresh);
    }
    return known;
  }

  private synchronized void forget(Key key) {
    blobs.remove(key);
  }

  /** Only what is counted is complete, and may be let go of. */
  private synchronized void keep(Key kept, CompletableFuture<byte[]> flight, byte[] bytes) {
    flight.complete(bytes);
    bytesHeld += kept.ref.length();
    var oldest = blobs.entrySet().iterator();
    while (bytesHeld > bytesMax && oldest.hasNext()) {
      var entry = oldest.next();
      if (entry.getValue().isDone()) {
        bytesHeld -= entry.getKey().ref.length();
        oldest.remove();
      }
    }
  }
}
