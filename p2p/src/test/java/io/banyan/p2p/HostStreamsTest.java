package io.banyan.p2p;

import static io.banyan.p2p.TestingHosts.LONG;
import static io.banyan.p2p.TestingHosts.connect;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.yamux.YamuxLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What streams promise to those who read and write them. */
@Timeout(60)
class HostStreamsTest {
  private static final String ECHO = "/test/echo/1";
  private static final String TEST = "/test/1";

  private final TestingHosts hosts = new TestingHosts();
  private Host alice;
  private Host bob;

  @BeforeEach
  void connectHosts() throws Exception {
    alice = hosts.open(1);
    bob = hosts.open(2);
    for (Host host : List.of(alice, bob)) {
      host.handle(ECHO, 200, TestingHosts::echo);
    }
    connect(alice, bob);
  }

  @AfterEach
  void closeHosts() {
    hosts.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] echo(Host from, Host to, byte[] bytes) throws Exception {
    try (P2pStream stream = from.open(to.id(), ECHO, LONG)) {
      stream.output().write(bytes);
      stream.closeWrite();
      return stream.input().readAllBytes();
    }
  }

  /** Runs something that waits, on a thread of its own. */
  private static <T> FutureTask<T> begin(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }

  private static Throwable failure(FutureTask<?> task) {
    return assertThrows(java.util.concurrent.ExecutionException.class, () -> task.get(20, SECONDS))
        .getCause();
  }

  @Test
  void streamsGoBothWaysOnOneConnection() throws Exception {
    TestingHosts.untilConnected(bob, alice);

    assertArrayEquals(bytes("hello"), echo(alice, bob, bytes("hello")));
    assertArrayEquals(bytes("hello"), echo(bob, alice, bytes("hello")));

    assertEquals(1, alice.connections().size());
    assertEquals(1, bob.connections().size());
  }

  @Test
  void aStreamKnowsItsPeerAndProtocol() throws Exception {
    BlockingQueue<P2pStream> served = new LinkedBlockingQueue<>();
    bob.handle(TEST, 1, served::add);

    try (P2pStream stream = alice.open(bob.id(), TEST, LONG)) {
      assertEquals(bob.id(), stream.remote());
      assertEquals(TEST, stream.protocol());
      assertEquals(alice.id(), served.take().remote());
    }
  }

  @Test
  void muchAtOnceComesInOrder() throws Exception {
    byte[] much = new byte[5_000_001];
    for (int i = 0; i < much.length; i++) {
      much[i] = (byte) (i % 251);
    }

    try (P2pStream stream = alice.open(bob.id(), ECHO, LONG)) {
      FutureTask<Integer> writing =
          begin(
              () -> {
                stream.output().write(much);
                stream.closeWrite();
                return 0;
              });
      assertArrayEquals(much, stream.input().readAllBytes());
      writing.get();
    }
  }

  @Test
  void manyStreamsGoAtOnce() throws Exception {
    List<FutureTask<byte[]>> echoes = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      byte[] text = bytes("stream " + i);
      echoes.add(begin(() -> echo(alice, bob, text)));
    }
    for (int i = 0; i < echoes.size(); i++) {
      assertArrayEquals(bytes("stream " + i), echoes.get(i).get(20, SECONDS));
    }
  }

  @Test
  void smallPiecesLeaveWithTheFlushAndComeAsTheyAre() throws Exception {
    try (P2pStream stream = alice.open(bob.id(), ECHO, LONG)) {
      for (int i = 0; i < 1000; i++) {
        stream.output().write(i);
        stream.output().flush();
        assertEquals(i & 0xFF, stream.input().read());
      }
      assertEquals(0, stream.input().available());
    }
  }

  @Test
  void whoHasClosedWritingMayRead() throws Exception {
    bob.handle(
        TEST,
        1,
        stream -> {
          assertEquals(-1, stream.input().read());
          stream.output().write(bytes("late"));
        });
    try (P2pStream stream = alice.open(bob.id(), TEST, LONG)) {
      stream.closeWrite();
      assertArrayEquals(bytes("late"), stream.input().readAllBytes());
      IOException refused =
          assertThrows(
              IOException.class,
              () -> {
                stream.output().write(1);
                stream.output().flush();
              });
      assertEquals(
          "stream /test/1 with " + bob.id() + " is closed for writing here", refused.getMessage());
    }
  }

  @Test
  void whoHasReadTheEndMayWrite() throws Exception {
    CompletableFuture<byte[]> heard = new CompletableFuture<>();
    bob.handle(
        TEST,
        1,
        stream -> {
          stream.closeWrite();
          heard.complete(stream.input().readAllBytes());
        });
    try (P2pStream stream = alice.open(bob.id(), TEST, LONG)) {
      assertEquals(-1, stream.input().read());
      stream.output().write(bytes("late"));
    }
    assertArrayEquals(bytes("late"), heard.get(20, SECONDS));
  }

  @Test
  void anAnswerArrivesThoughTheQuestionWasNotReadToItsEnd() throws Exception {
    bob.handle(
        TEST,
        1,
        stream -> {
          stream.input().read();
          stream.output().write(bytes("enough"));
        });
    try (P2pStream stream = alice.open(bob.id(), TEST, LONG)) {
      stream.output().write(new byte[100]);
      stream.output().flush();
      assertArrayEquals(bytes("enough"), stream.input().readAllBytes());
    }
  }

  @Test
  void aStreamIsResetWhenItsHandlerThrows() throws Exception {
    bob.handle(
        TEST,
        1,
        stream -> {
          throw new IOException("no");
        });
    try (P2pStream stream = alice.open(bob.id(), TEST, LONG)) {
      IOException refused = assertThrows(IOException.class, () -> stream.input().read());
      assertEquals(bob.id() + " has reset the stream", refused.getMessage());
    }
    assertEquals(1, bob.rejections().byReason().get("failed stream"));
  }

  @Test
  void aResetEndsBothDirectionsForBoth() throws Exception {
    CompletableFuture<P2pStream> served = new CompletableFuture<>();
    CountDownLatch over = new CountDownLatch(1);
    bob.handle(
        TEST,
        1,
        stream -> {
          served.complete(stream);
          assertThrows(IOException.class, () -> stream.input().read());
          over.countDown();
        });
    P2pStream stream = alice.open(bob.id(), TEST, LONG);
    FutureTask<Integer> reading = begin(stream.input()::read);
    served.get(20, SECONDS);

    stream.reset();

    assertEquals(
        "stream /test/1 with " + bob.id() + " was reset here", failure(reading).getMessage());
    assertTrue(over.await(20, SECONDS));
    assertThrows(
        IOException.class,
        () -> {
          stream.output().write(1);
          stream.output().flush();
        });
  }

  @Test
  void whatCameInOrderIsReadEvenBehindAReset() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    bob.handle(
        TEST,
        1,
        stream -> {
          stream.output().write(bytes("all"));
          stream.closeWrite();
          stream.input().read();
          ended.countDown();
          throw new IOException("no");
        });
    try (P2pStream stream = alice.open(bob.id(), TEST, LONG)) {
      assertEquals('a', stream.input().read());
      stream.output().write(1);
      stream.output().flush();
      ended.await();
      assertArrayEquals(bytes("ll"), stream.input().readAllBytes());
    }
  }

  @Test
  void aWriterWaitsForAReaderThatIsBehind() throws Exception {
    CountDownLatch mayRead = new CountDownLatch(1);
    CompletableFuture<Long> read = new CompletableFuture<>();
    bob.handle(
        TEST,
        1,
        stream -> {
          mayRead.await();
          read.complete(stream.input().transferTo(OutputStream.nullOutputStream()));
        });
    AtomicLong written = new AtomicLong();
    long all = 32L << 20; // 32 MiB
    P2pStream stream = alice.open(bob.id(), TEST, LONG);
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (written.get() < all) {
                      stream.output().write(new byte[1 << 16]);
                      written.addAndGet(1 << 16);
                    }
                    stream.close();
                  } catch (IOException e) {
                    read.completeExceptionally(e);
                  }
                });
    // What it may have written before it waits: a window, two queues, and the piece in hand.
    YamuxLimits streams = HostLimits.DEFAULT.streams();
    long most =
        0L
            + streams.streamWindowBytes()
            + streams.sendQueueBytesMax()
            + HostLimits.DEFAULT.writeBufferBytesMax()
            + (1 << 16);

    while (writer.getState() != Thread.State.WAITING
        || written.get() < streams.streamWindowBytes()) {
      Thread.onSpinWait();
    }
    for (int i = 0; i < 100; i++) {
      echo(alice, bob, bytes("others go on"));
    }
    assertTrue(written.get() <= most, written + " bytes written, limit " + most);

    mayRead.countDown();
    assertEquals(all, read.get(20, SECONDS));
  }

  @Test
  void aReadTakesItsTimeAndNoMore() throws Exception {
    bob.handle(TEST, 1, stream -> stream.input().read());
    try (P2pStream stream = alice.open(bob.id(), TEST, LONG)) {
      stream.readTimeout(Duration.ofMillis(20));

      SocketTimeoutException refused =
          assertThrows(SocketTimeoutException.class, () -> stream.input().read());

      assertEquals(
          "no byte on stream /test/1 with " + bob.id() + " for 20 ms", refused.getMessage());
      assertThrows(IllegalArgumentException.class, () -> stream.readTimeout(Duration.ZERO));
    }
  }

  @Test
  void aReaderThatIsInterruptedHearsSo() throws Exception {
    bob.handle(TEST, 1, stream -> stream.input().read());
    P2pStream stream = alice.open(bob.id(), TEST, LONG);
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Thread reader =
        Thread.ofVirtual()
            .start(
                () ->
                    end.complete(
                        assertThrows(InterruptedIOException.class, () -> stream.input().read())));

    reader.interrupt();

    assertEquals(
        "waiting on the stream /test/1 with " + bob.id() + " was interrupted",
        end.get(20, SECONDS).getMessage());
  }

  @Test
  void closingAStreamWakesItsReader() throws Exception {
    bob.handle(TEST, 1, stream -> stream.input().read());
    P2pStream stream = alice.open(bob.id(), TEST, LONG);
    FutureTask<Integer> reading = begin(stream.input()::read);

    stream.close();

    assertEquals(
        "stream /test/1 with " + bob.id() + " is closed here", failure(reading).getMessage());
  }

  @Test
  void closingTheHostWakesReadersAndWriters() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    bob.handle(TEST, 2, stream -> held.await());
    P2pStream stream = alice.open(bob.id(), TEST, LONG);
    FutureTask<Integer> reading = begin(stream.input()::read);
    FutureTask<Integer> writing =
        begin(
            () -> {
              while (true) {
                stream.output().write(new byte[1 << 16]);
              }
            });

    alice.close();

    assertEquals("this host is closed", failure(reading).getMessage());
    assertEquals("this host is closed", failure(writing).getMessage());
    assertEquals(
        "this host is closed",
        assertThrows(IOException.class, () -> alice.open(bob.id(), ECHO, LONG)).getMessage());
  }

  @Test
  void aLostPeerWakesReadersAndSaysWho() throws Exception {
    CountDownLatch served = new CountDownLatch(1);
    bob.handle(
        TEST,
        1,
        stream -> {
          served.countDown();
          stream.input().read();
        });
    P2pStream stream = alice.open(bob.id(), TEST, LONG);
    FutureTask<Integer> reading = begin(stream.input()::read);
    served.await();

    bob.close();

    String sentence = failure(reading).getMessage();
    assertTrue(sentence.contains(bob.id().toString()), sentence);
  }

  @Test
  void whoSendsToAStreamThatIsClosedIsTold() throws Exception {
    bob.handle(TEST, 1, stream -> stream.input().read());
    P2pStream stream = alice.open(bob.id(), TEST, LONG);

    IOException refused =
        assertThrows(
            IOException.class,
            () -> {
              while (true) {
                stream.output().write(new byte[1 << 16]);
              }
            });

    assertEquals(bob.id() + " has reset the stream", refused.getMessage());
  }

  @Test
  void nobodyServesAnUnknownProtocol() throws Exception {
    IOException refused =
        assertThrows(IOException.class, () -> alice.open(bob.id(), "/nobody/1", LONG));

    assertEquals(
        "cannot open /nobody/1 with " + bob.id() + ": the peer speaks none of /nobody/1",
        refused.getMessage());
    assertEquals(1, bob.rejections().byReason().get("unknown protocol"));
  }

  @Test
  void noStreamGoesToAPeerThatIsNotConnected() {
    IOException refused =
        assertThrows(
            IOException.class,
            () -> alice.open(TestingHosts.identity(9).publicKey().peerId(), ECHO, LONG));

    assertEquals(
        "there is no connection to " + TestingHosts.identity(9).publicKey().peerId(),
        refused.getMessage());
  }

  @Test
  void aProtocolThatThePeerIsKnownToSpeakOpensAtOnce() throws Exception {
    Identify said = ((NettyHost) alice).identity(bob.id(), LONG);
    assertTrue(said.protocols().contains(ECHO), said.toString());

    assertArrayEquals(bytes("at once"), echo(alice, bob, bytes("at once")));
    try (P2pStream stream = alice.open(bob.id(), ECHO, LONG);
        InputStream in = stream.input()) {
      stream.closeWrite();
      assertEquals(-1, in.read());
    }
  }

  @Test
  void aProtocolIsServedOnce() {
    assertThrows(IllegalStateException.class, () -> bob.handle(ECHO, 1, stream -> {}));
    assertThrows(IllegalArgumentException.class, () -> bob.handle(TEST, 0, stream -> {}));
  }
}
