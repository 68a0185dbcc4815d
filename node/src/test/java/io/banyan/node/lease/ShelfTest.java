package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.node.TestingRun;
import io.banyan.node.data.BytesSource;
import io.banyan.node.data.Connections;
import io.banyan.node.data.Content;
import io.banyan.node.data.DataClient;
import io.banyan.node.data.DataServer;
import io.banyan.node.data.EvidenceCursor;
import io.banyan.node.data.FetchException;
import io.banyan.node.data.Links;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TestingHost;
import io.banyan.node.data.TestingHosts;
import io.banyan.node.data.TreeCache;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShelfTest {
  private static final int BLOB_BYTES = 100_000;

  private final TestingHosts hosts = new TestingHosts();
  private final TestingHost here = hosts.host(peer(1));
  private final TestingHost there = hosts.host(peer(2));
  private final Map<BlobRef, byte[]> offered = new ConcurrentHashMap<>();
  private final TreeCache trees = new TreeCache();
  private final DataServer server = new DataServer((_, _) -> new Links.Lookup.Found(new Offered()));
  private final DataClient client = new DataClient(here, Connections.of(here));
  private final Shelf shelf = new Shelf(client, 2 * BLOB_BYTES);

  private static PeerId peer(int number) {
    return TestingRun.identity(number).publicKey().peerId();
  }

  private final class Offered implements Content {
    @Override
    public Optional<RangeSource> blob(BlobRef ref) {
      return Optional.ofNullable(offered.get(ref)).map(bytes -> new BytesSource(ref, bytes, trees));
    }

    @Override
    public Optional<List<Named>> rope(Value.Rope rope) {
      return Optional.empty();
    }

    @Override
    public Optional<EvidenceCursor> evidence(long skipped) {
      return Optional.empty();
    }
  }

  @AfterEach
  void close() {
    hosts.close();
    client.close();
    server.close();
  }

  private void connect() {
    there.handle(DataServer.PROTOCOL, DataServer.STREAMS_PER_PEER_MAX, server);
    hosts.connect(here, there);
  }

  private BlobRef offer(int number) {
    byte[] bytes = new byte[BLOB_BYTES];
    bytes[number] = 1;
    BlobRef ref = BlobRef.of(bytes);
    offered.put(ref, bytes);
    return ref;
  }

  private byte[] bytes(BlobRef ref) throws Exception {
    return shelf.module(ref, there.id(), Digest.ZERO);
  }

  @Test
  void blobThatManyWantAtOnceIsFetchedOnce() throws Exception {
    connect();
    BlobRef ref = offer(0);
    List<Future<byte[]>> all = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        all.add(threads.submit(() -> bytes(ref)));
      }
    }

    for (Future<byte[]> each : all) {
      assertArrayEquals(offered.get(ref), each.get());
    }
    assertEquals(BLOB_BYTES, server.servedBytes());
  }

  @Test
  void oldestBlobGoesWhenThereIsNoRoom() throws Exception {
    connect();
    BlobRef first = offer(1);
    BlobRef second = offer(2);
    bytes(first);
    bytes(second);
    bytes(first);
    bytes(offer(3));
    long served = server.servedBytes();

    assertEquals(2 * BLOB_BYTES, shelf.bytesHeld());
    bytes(first);
    assertEquals(served, server.servedBytes());
    bytes(second);
    assertEquals(served + BLOB_BYTES, server.servedBytes());
    assertEquals(2 * BLOB_BYTES, shelf.bytesHeld());
  }

  @Test
  void whatOnePeerDoesNotHaveIsAskedForAgain() throws Exception {
    connect();
    BlobRef ref = offer(4);
    byte[] bytes = offered.remove(ref);

    assertThrows(FetchException.RefusedByPeer.class, () -> bytes(ref));
    offered.put(ref, bytes);

    assertArrayEquals(bytes, bytes(ref));
  }
}
