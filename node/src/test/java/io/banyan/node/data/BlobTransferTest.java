package io.banyan.node.data;

import static io.banyan.node.data.TestingTransfer.CLIENT;
import static io.banyan.node.data.TestingTransfer.LINK;
import static io.banyan.node.data.TestingTransfer.QUICK;
import static io.banyan.node.data.TestingTransfer.SERVER;
import static io.banyan.node.data.TestingTransfer.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.P2pStream;
import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.Digest;
import io.banyan.schema.Limits;
import io.banyan.schema.PeerId;
import io.banyan.schema.RangeProof;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class BlobTransferTest {
  private static final int BLOCK = Limits.BLOCK_BYTES;
  private static final Duration LONG = Duration.ofSeconds(10);

  /** Collects what comes, and wants it in order and without gaps. */
  private static final class Collected implements BlockSink {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final AtomicInteger pieces = new AtomicInteger();
    long begin = -1;

    @Override
    public void accept(ProvenBlocks blocks) {
      if (begin < 0) {
        begin = blocks.firstByte();
      }
      assertEquals(begin + bytes.size(), blocks.firstByte());
      assertTrue(blocks.byteCount() <= QUICK.pieceBytes());
      bytes.write(blocks.bytes(), blocks.offset(), blocks.byteCount());
      pieces.incrementAndGet();
    }
  }

  private static byte[] wholeBlocks(byte[] blob, long first, long count) {
    int begin = (int) (first - first % BLOCK);
    int end = (int) Math.min(blob.length, Math.ceilDiv(first + count, BLOCK) * BLOCK);
    return Arrays.copyOfRange(blob, begin, end);
  }

  @Test
  void theBlocksThatHoldARangeComeInOrder() throws Exception {
    byte[] blob = random(20 * BLOCK + 5, 1);
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(blob);
      Collected collected = new Collected();

      transfer.client.fetch(SERVER, LINK, ref, BLOCK - 1, 10 * BLOCK, collected);

      assertEquals(0, collected.begin);
      assertArrayEquals(wholeBlocks(blob, BLOCK - 1, 10 * BLOCK), collected.bytes.toByteArray());
      assertEquals(4, collected.pieces.get()); // 3 + 3 + 3 + 2 blocks
      assertEquals(11 * BLOCK, transfer.server.servedBytes());
    }
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void anyRangeArrivesWhereverTheConnectionIsLost(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    byte[] blob = random(1 + random.nextInt(12 * BLOCK), seed);
    int first = random.nextInt(blob.length);
    int count = 1 + random.nextInt(blob.length - first);
    try (TestingTransfer transfer =
        new TestingTransfer(
            QUICK,
            TestingTransfer::found,
            (it, _) -> {
              if (random.nextBoolean()) {
                boolean there = random.nextInt(4) == 0;
                it.hosts.cutAfter(
                    there ? CLIENT : SERVER,
                    there ? SERVER : CLIENT,
                    random.nextInt(there ? 500 : 6 * BLOCK));
              }
              return it.connect();
            },
            DataServer.Settings.USUAL)) {
      BlobRef ref = transfer.serve(blob);
      transfer.hosts.cutAfter(SERVER, CLIENT, random.nextInt(12 * BLOCK));
      Collected collected = new Collected();

      try {
        transfer.client.fetch(SERVER, LINK, ref, first, count, collected);
        assertArrayEquals(wholeBlocks(blob, first, count), collected.bytes.toByteArray());
      } catch (FetchException.PeerLost e) { // five times in a row: it may be
        assertTrue(e.getMessage().contains("5 times in vain: "), e.getMessage());
        byte[] came = collected.bytes.toByteArray();
        assertArrayEquals(Arrays.copyOf(wholeBlocks(blob, first, count), came.length), came);
      }
    }
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void oneWrongBitIsNeverAccepted(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    byte[] blob = random(1 + random.nextInt(7 * BLOCK), seed);
    int first = random.nextInt(blob.length);
    int count = 1 + random.nextInt(blob.length - first);
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(blob);
      byte[] expected = wholeBlocks(blob, first, count);
      // Often where the frames are, which are few bytes among many.
      int at = random.nextBoolean() ? random.nextInt(600) : random.nextInt(expected.length);
      boolean there = random.nextInt(4) == 0;
      transfer.hosts.flipAfter(
          there ? CLIENT : SERVER,
          there ? SERVER : CLIENT,
          there ? at % 300 : at,
          random.nextInt(8));
      Collected collected = new Collected();

      try {
        transfer.client.fetch(SERVER, LINK, ref, first, count, collected);
        assertArrayEquals(expected, collected.bytes.toByteArray());
      } catch (FetchException e) {
        assertTrue(e.getMessage().startsWith(SERVER.toString()), e.getMessage());
        assertEquals(SERVER, e.peer());
        byte[] came = collected.bytes.toByteArray();
        assertArrayEquals(Arrays.copyOf(expected, came.length), came);
      }
    }
  }

  @Test
  void aWrongBitOfABlobIsNamedByPeerBlobAndBlock() {
    byte[] blob = random(9 * BLOCK, 2);
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(blob);
      byte[] wrong = blob.clone();
      wrong[4 * BLOCK] ^= 1;
      RangeSource honest = transfer.blobs.get(ref);
      transfer.blobs.put(ref, reading(honest, wrong));
      Collected collected = new Collected();

      FetchException.ProofMismatch mismatch =
          assertThrows(
              FetchException.ProofMismatch.class,
              () -> transfer.client.fetch(SERVER, LINK, ref, 0, blob.length, collected));

      assertEquals(
          SERVER
              + " sent blocks 3 to 6 of blob "
              + ref.digest().abbreviated()
              + ", which are not that blob's",
          mismatch.getMessage());
      assertEquals(ref, mismatch.ref());
      assertEquals(3, mismatch.firstBlock());
      assertArrayEquals(Arrays.copyOf(blob, 3 * BLOCK), collected.bytes.toByteArray());
    }
  }

  /** A source that proves one thing, and reads another. */
  private static RangeSource reading(RangeSource proven, byte[] bytes) {
    return new RangeSource() {
      @Override
      public BlobRef ref() {
        return proven.ref();
      }

      @Override
      public boolean holds(long firstBlock, long endBlock) {
        return proven.holds(firstBlock, endBlock);
      }

      @Override
      public RangeProof prove(long firstBlock, long endBlock) {
        return proven.prove(firstBlock, endBlock);
      }

      @Override
      public void read(long from, byte[] into, int offset, int count) {
        System.arraycopy(bytes, (int) from, into, offset, count);
      }
    };
  }

  @Test
  void onlyWhatIsMissingIsAskedForAgain() throws Exception {
    byte[] blob = random(12 * BLOCK, 3);
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(blob);
      transfer.hosts.cutAfter(SERVER, CLIENT, 8 * BLOCK); // within the third piece of four, or
      Collected collected = new Collected(); // beside it within the fourth

      transfer.client.fetch(SERVER, LINK, ref, 0, blob.length, collected);

      assertArrayEquals(blob, collected.bytes.toByteArray());
      assertTrue(
          transfer.server.servedBytes() <= blob.length + 2 * QUICK.pieceBytes(),
          transfer.server.servedBytes() + " bytes were served");
    }
  }

  /** A stream whose connection takes no further one. */
  private record Beside(P2pStream stream, IOException why, AtomicInteger asked)
      implements P2pStream {
    @Override
    public PeerId remote() {
      return stream.remote();
    }

    @Override
    public String protocol() {
      return stream.protocol();
    }

    @Override
    public P2pStream openBeside(String protocol, Duration timeout) throws IOException {
      asked.incrementAndGet();
      throw why;
    }

    @Override
    public InputStream input() {
      return stream.input();
    }

    @Override
    public OutputStream output() {
      return stream.output();
    }

    @Override
    public void readTimeout(Duration timeout) {
      stream.readTimeout(timeout);
    }

    @Override
    public void closeWrite() {
      stream.closeWrite();
    }

    @Override
    public void reset() {
      stream.reset();
    }

    @Override
    public void close() {
      stream.close();
    }
  }

  @Test
  void whoIsSlowToAnswerBesideAStreamIsNotLookedForElsewhere() throws Exception {
    byte[] blob = random(1000, 3);
    for (IOException late :
        List.of(
            new IOException("not within 10 s", new TimeoutException()),
            new IOException(new ExecutionException(new SocketTimeoutException("no protocol"))))) {
      try (TestingTransfer transfer = new TestingTransfer(QUICK);
          P2pStream stream =
              transfer.fetching.open(SERVER, DataServer.PROTOCOL, Duration.ofSeconds(10))) {
        BlobRef ref = transfer.serve(blob);
        AtomicInteger asked = new AtomicInteger();
        DataClient client = transfer.client.beside(new Beside(stream, late, asked));

        assertThrows(IOException.class, () -> client.fetchBytes(SERVER, LINK, ref, 1000));

        assertTrue(asked.get() >= 1);
        assertEquals(0, transfer.server.servedBytes());
      }
    }
  }

  @Test
  void whoseConnectionIsOverIsLookedForElsewhere() throws Exception {
    byte[] blob = random(1000, 3);
    try (TestingTransfer transfer = new TestingTransfer(QUICK);
        P2pStream stream =
            transfer.fetching.open(SERVER, DataServer.PROTOCOL, Duration.ofSeconds(10))) {
      BlobRef ref = transfer.serve(blob);
      IOException over = new IOException("the connection is over");
      DataClient client = transfer.client.beside(new Beside(stream, over, new AtomicInteger()));

      assertArrayEquals(blob, client.fetchBytes(SERVER, LINK, ref, 1000));
    }
  }

  @Test
  void smallBlobsComeWhole() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      for (int length : new int[] {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 7 * BLOCK + 3}) {
        byte[] blob = random(length, length);
        BlobRef ref = transfer.serve(blob);

        assertArrayEquals(blob, transfer.client.fetchBytes(SERVER, LINK, ref, length));
        assertThrows(
            IllegalArgumentException.class,
            () -> transfer.client.fetchBytes(SERVER, LINK, ref, length - 1));
      }
      assertThrows(
          FetchException.ProofMismatch.class,
          () -> transfer.client.fetchBytes(SERVER, LINK, new BlobRef(Digest.ZERO, 0), 10));
    }
  }

  /** Longer than one request may be: in pieces, each in its place. */
  @Test
  void aLongValueComesInPieces() throws Exception {
    byte[] blob = random((16 << 20) + 1, 4);
    try (TestingTransfer transfer = new TestingTransfer(DataClient.Settings.USUAL)) {
      BlobRef ref = transfer.serve(blob);

      assertArrayEquals(blob, transfer.client.fetchBytes(SERVER, LINK, ref, blob.length));
    }
  }

  @Test
  void anEmptyRangeIsNotAskedFor() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef unknown = new BlobRef(Digest.ZERO, 10);
      transfer.client.fetch(SERVER, LINK, unknown, 10, 0, _ -> {});

      assertEquals(0, transfer.hosts.sentBytes(CLIENT, SERVER));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> transfer.client.fetch(SERVER, LINK, unknown, 5, 6, _ -> {}));
    }
  }

  @Test
  void whatTheSinkThrowsEndsTheFetch() {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(random(9 * BLOCK, 6));
      AtomicInteger calls = new AtomicInteger();

      IOException full =
          assertThrows(
              IOException.class,
              () ->
                  transfer.client.fetch(
                      SERVER,
                      LINK,
                      ref,
                      0,
                      9 * BLOCK,
                      _ -> {
                        calls.incrementAndGet();
                        throw new IOException("the disk is full");
                      }));

      assertEquals("the disk is full", full.getMessage());
      assertEquals(1, calls.get());
    }
  }

  @Test
  void aPeerThatStaysAwayIsGivenUp() {
    try (TestingTransfer transfer =
        new TestingTransfer(
            QUICK, TestingTransfer::found, (_, _) -> false, DataServer.Settings.USUAL)) {
      BlobRef ref = transfer.serve(random(9 * BLOCK, 7));
      transfer.hosts.cutAfter(SERVER, CLIENT, 4 * BLOCK);

      FetchException.PeerLost lost =
          assertThrows(
              FetchException.PeerLost.class,
              () -> transfer.client.fetch(SERVER, LINK, ref, 0, 9 * BLOCK, _ -> {}));

      // Behind it stands how it was lost: while bytes came, or before the next were asked for.
      String sentence =
          SERVER
              + " was asked for bytes 0 to 589824 of blob "
              + ref.digest().abbreviated()
              + " and did not come back within 10 s: ";
      assertTrue(lost.getMessage().startsWith(sentence), lost.getMessage());
    }
  }

  @Test
  void aPeerThatComesBackByItselfIsWaitedFor() throws Exception {
    byte[] blob = random(9 * BLOCK, 8);
    try (TestingTransfer transfer = new TestingTransfer(QUICK);
        DataClient patient =
            new DataClient(transfer.fetching, Connections.of(transfer.fetching), QUICK)) {
      BlobRef ref = transfer.serve(blob);
      transfer.hosts.separate(CLIENT, SERVER);
      transfer.fetching.keep(transfer.serving.addresses().getFirst());
      Thread.ofVirtual().start(() -> transfer.hosts.bringTogether(CLIENT, SERVER));

      assertArrayEquals(blob, patient.fetchBytes(SERVER, LINK, ref, blob.length));

      PeerId nobody = TestingTransfer.peer(9);
      assertEquals(false, Connections.of(transfer.fetching).await(nobody, Duration.ofMillis(5)));
    }
  }

  @Test
  void moreFetchesThanStreamsWaitForEachOther() throws Exception {
    byte[] blob = random(9 * BLOCK, 9);
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(blob);
      List<Thread> fetches = new ArrayList<>();
      AtomicInteger done = new AtomicInteger();
      for (int i = 0; i < 40; i++) {
        fetches.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      Collected collected = new Collected();
                      try {
                        transfer.client.fetch(SERVER, LINK, ref, 0, blob.length, collected);
                      } catch (IOException | InterruptedException e) {
                        return;
                      }
                      if (Arrays.equals(blob, collected.bytes.toByteArray())) {
                        done.incrementAndGet();
                      }
                    }));
      }
      for (Thread fetch : fetches) {
        fetch.join();
      }

      assertEquals(40, done.get());
      assertEquals(new TreeMap<>(), transfer.serving.rejections().byReason());
    }
  }

  @Test
  void aPeerThatDoesNotAnswerIsGivenUp() throws Exception {
    DataClient.Settings hasty =
        new DataClient.Settings(BLOCK, 2, LONG, Duration.ofMillis(20), LONG);
    try (TestingTransfer transfer = new TestingTransfer(hasty)) {
      CountDownLatch never = new CountDownLatch(1);
      transfer.serving.handle(DataServer.PROTOCOL, 10, _ -> never.await());

      FetchException.PeerLost lost =
          assertThrows(
              FetchException.PeerLost.class,
              () -> transfer.client.fetchBytes(SERVER, LINK, new BlobRef(Digest.ZERO, 9), 9));

      assertTrue(lost.getMessage().endsWith("2 times in vain: nothing came for 20 ms"));
    }
  }

  @Test
  void anInterruptEndsAFetch() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      CountDownLatch asked = new CountDownLatch(1);
      CountDownLatch never = new CountDownLatch(1);
      CountDownLatch interrupted = new CountDownLatch(1);
      transfer.serving.handle(
          DataServer.PROTOCOL,
          10,
          _ -> {
            asked.countDown();
            never.await();
          });
      Thread fetch =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      transfer.client.fetchBytes(SERVER, LINK, new BlobRef(Digest.ZERO, 9), 9);
                    } catch (InterruptedException e) {
                      interrupted.countDown();
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      asked.await();
      fetch.interrupt();

      interrupted.await();
    }
  }

  /** However long the blob: one piece on the one side, pages on the other. */
  @Test
  void aLongBlobTakesOnePieceOfMemory() throws Exception {
    byte[] pattern = random(8 << 20, 12);
    long length = 5L * pattern.length + 9;
    BlobHasher hasher = new BlobHasher();
    for (int i = 0; i < 5; i++) {
      hasher.update(pattern, 0, pattern.length);
    }
    BlobTree tree = hasher.update(pattern, 0, 9).finishTree();
    AtomicInteger longestRead = new AtomicInteger();
    RangeReader reader =
        (from, into, offset, count) -> {
          longestRead.accumulateAndGet(count, Math::max);
          System.arraycopy(pattern, (int) (from % pattern.length), into, offset, count);
        };
    try (TestingTransfer transfer = new TestingTransfer(DataClient.Settings.USUAL)) {
      transfer.blobs.put(tree.ref(), new WholeSource(tree, reader));
      Set<byte[]> pieces = Collections.newSetFromMap(new IdentityHashMap<>());
      BlobHasher came = new BlobHasher();

      transfer.client.fetch(
          SERVER,
          LINK,
          tree.ref(),
          0,
          length,
          blocks -> {
            pieces.add(blocks.bytes());
            came.update(blocks.bytes(), blocks.offset(), blocks.byteCount());
          });

      assertEquals(tree.ref(), came.finish());
      assertEquals(1, pieces.size());
      assertEquals(4 << 20, pieces.iterator().next().length);
      assertEquals(256 << 10, longestRead.get());
    }
  }
}
