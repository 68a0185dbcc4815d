package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Bytes;
import io.banyan.schema.Digest;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A host that serves what a test gives it under one link, and one that fetches. */
final class TestingTransfer implements Content, AutoCloseable {
  static final Digest LINK = Digest.sha256(new byte[] {1});
  static final Digest OTHERS_LINK = Digest.sha256(new byte[] {2});
  static final PeerId SERVER = peer(1);
  static final PeerId CLIENT = peer(2);

  /** Small pieces, and no time to lose. */
  static final DataClient.Settings QUICK =
      new DataClient.Settings(
          3 << 16, 5, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));

  final TestingHosts hosts = new TestingHosts();
  final TestingHost serving = hosts.host(SERVER);
  final TestingHost fetching = hosts.host(CLIENT);
  final Map<BlobRef, RangeSource> blobs = new HashMap<>();
  final Map<Value.Rope, List<Named>> ropes = new HashMap<>();
  List<ReceiptEntry> entries = List.of();
  final AtomicInteger walks = new AtomicInteger(); // cursors that were made
  final AtomicInteger open = new AtomicInteger(); // and not closed yet
  final DataServer server;
  final DataClient client;

  /** A pair that reconnects at once when it is parted. */
  TestingTransfer(DataClient.Settings settings) {
    this(
        settings,
        TestingTransfer::found,
        (transfer, _) -> transfer.connect(),
        DataServer.Settings.USUAL);
  }

  /** What serves. */
  interface ServedLinks {
    Links.Lookup find(TestingTransfer transfer, Digest link, PeerId asker);
  }

  /** What brings a lost peer back. */
  interface Returns {
    boolean await(TestingTransfer transfer, PeerId peer) throws InterruptedException;
  }

  TestingTransfer(
      DataClient.Settings settings,
      ServedLinks links,
      Returns returns,
      DataServer.Settings serverSettings) {
    server =
        new DataServer(
            (link, asker) -> links.find(this, link, asker), serverSettings, RefusalListener.NONE);
    serving.handle(DataServer.PROTOCOL, DataServer.STREAMS_PER_PEER_MAX, server);
    client = new DataClient(fetching, (peer, _) -> returns.await(this, peer), settings);
    connect();
  }

  boolean connect() {
    hosts.connect(fetching, serving);
    return true;
  }

  static Links.Lookup found(TestingTransfer transfer, Digest link, PeerId asker) {
    if (link.equals(OTHERS_LINK)) {
      return new Links.Lookup.NotAllowed();
    }
    return link.equals(LINK) && asker.equals(CLIENT)
        ? new Links.Lookup.Found(transfer)
        : new Links.Lookup.NotFound();
  }

  static PeerId peer(int number) {
    byte[] key = new byte[PublicKey.LENGTH];
    Arrays.fill(key, (byte) number);
    return new PublicKey(Bytes.of(key)).peerId();
  }

  static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Serves a blob from memory. */
  BlobRef serve(byte[] bytes) {
    BlobRef ref = BlobRef.of(bytes);
    blobs.put(ref, new BytesSource(ref, bytes, new TreeCache()));
    return ref;
  }

  /** An entry with a number, of about 200 bytes. */
  static ReceiptEntry entry(int number) {
    return new ReceiptEntry.LeaseEntry(
        new Signed(
            new PublicKey(Bytes.of(new byte[PublicKey.LENGTH])),
            Bytes.of(new byte[Signed.SIGNATURE_LENGTH]),
            Bytes.of((number + " ".repeat(100)).getBytes(StandardCharsets.UTF_8))));
  }

  @Override
  public Optional<RangeSource> blob(BlobRef ref) {
    return Optional.ofNullable(blobs.get(ref));
  }

  @Override
  public Optional<List<Named>> rope(Value.Rope rope) {
    return Optional.ofNullable(ropes.get(rope));
  }

  @Override
  public Optional<EvidenceCursor> evidence(long skipped) {
    walks.incrementAndGet();
    open.incrementAndGet();
    return Optional.of(new Cursor(entries, (int) Math.min(skipped, entries.size())));
  }

  private final class Cursor implements EvidenceCursor {
    private final List<ReceiptEntry> all;
    private int next;
    private boolean closed;

    Cursor(List<ReceiptEntry> all, int next) {
      this.all = all;
      this.next = next;
    }

    @Override
    public boolean hasNext() {
      return next < all.size();
    }

    @Override
    public ReceiptEntry next() {
      if (closed || !hasNext()) {
        throw new NoSuchElementException("closed or at its end");
      }
      return all.get(next++);
    }

    @Override
    public void close() {
      if (closed) {
        throw new IllegalStateException("closed twice");
      }
      closed = true;
      open.decrementAndGet();
    }
  }

  @Override
  public void close() {
    client.close();
    hosts.close();
    server.close();
  }
}
