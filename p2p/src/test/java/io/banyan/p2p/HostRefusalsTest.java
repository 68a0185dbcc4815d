package io.banyan.p2p;

import static io.banyan.p2p.TestingHosts.LONG;
import static io.banyan.p2p.TestingHosts.connect;
import static io.banyan.p2p.TestingHosts.identity;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.noise.NoiseChannel;
import io.banyan.p2p.yamux.YamuxLimits;
import io.banyan.schema.PeerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host does not put up with, and that it counts each time. */
@Timeout(60)
class HostRefusalsTest {
  private static final String ECHO = "/test/echo/1";
  private static final List<String> YAMUX = List.of("/yamux/1.0.0");

  private final TestingHosts hosts = new TestingHosts();
  private final TestingLimits limits = new TestingLimits();

  @AfterEach
  void closeHosts() {
    hosts.close();
  }

  private static long count(Host host, String reason) {
    return host.rejections().byReason().getOrDefault(reason, 0L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "\u0000\u0000", "\u0003abc", "\u007f"})
  void garbageOnThePortIsClosed(String garbage) throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.send(garbage.repeat(200).getBytes(StandardCharsets.UTF_8));
      raw.untilClosed();
    }
    assertEquals(1, count(host, "not libp2p"));
  }

  @Test
  void aPeerThatSpeaksNoNoiseGetsNoWhereElse() throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.say("/multistream/1.0.0");
      assertEquals("/multistream/1.0.0", raw.hear());
      raw.say("/tls/1.0.0");
      assertEquals("na", raw.hear());
      raw.say("/noise");
      assertEquals("/noise", raw.hear());
    }
  }

  @Test
  void aBrokenHandshakeIsClosed() throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.agreeOnNoise();
      raw.sendMessage(new byte[31]);
      raw.untilClosed();
    }
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.agreeOnNoise();
      raw.sendMessage(identity(2).publicKey().bytes().toArray());
      raw.readMessage();
      raw.sendMessage(new byte[200]);
      raw.untilClosed();
    }
    assertEquals(2, count(host, "broken handshake"));
    assertEquals(List.of(), host.connections());
  }

  @Test
  void aHandshakeTakesItsTimeAndNoMore() throws Exception {
    limits.handshakeTimeout = Duration.ofMillis(50);
    Host host = hosts.open(1, limits.build());
    try (RawPeer silent = RawPeer.dial(host);
        RawPeer halfway = RawPeer.dial(host)) {
      halfway.say("/multistream/1.0.0");
      halfway.say("/noise");
      silent.untilClosed();
      halfway.untilClosed();
    }
    assertEquals(2, count(host, "handshake timeout"));
  }

  @Test
  void oneAddressHasAFewHandshakesAtOnce() throws Exception {
    limits.handshakesPerAddressMax = 2;
    Host host = hosts.open(1, limits.build());
    try (RawPeer first = RawPeer.dial(host);
        RawPeer second = RawPeer.dial(host)) {
      first.hear();
      second.hear();
      try (RawPeer third = RawPeer.dial(host)) {
        third.untilClosed();
      }
      try (RawPeer elsewhere = RawPeer.dial(host, "127.0.0.2")) {
        assertEquals("/multistream/1.0.0", elsewhere.hear());
      }
    }
    assertEquals(1, count(host, "too many handshakes of an address"));
  }

  @Test
  void thereAreAFewHandshakesAtOnce() throws Exception {
    limits.handshakesMax = 2;
    Host host = hosts.open(1, limits.build());
    try (RawPeer first = RawPeer.dial(host, "127.0.0.2");
        RawPeer second = RawPeer.dial(host, "127.0.0.3")) {
      first.hear();
      second.hear();
      try (RawPeer third = RawPeer.dial(host, "127.0.0.4")) {
        third.untilClosed();
      }
    }
    assertEquals(1, count(host, "too many handshakes"));
  }

  @Test
  void aHandshakeThatIsOverMakesRoom() throws Exception {
    limits.handshakesMax = 1;
    Host host = hosts.open(1, limits.build());
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.say("garbage");
      raw.untilClosed();
    }
    for (int i = 2; i < 5; i++) {
      Host peer = hosts.open(i);
      connect(peer, host);
      TestingHosts.untilConnected(host, peer);
    }
    assertEquals(3, host.connections().size());
  }

  @Test
  void thereAreAFewConnections() throws Exception {
    limits.connectionsMax = 2;
    Host host = hosts.open(1, limits.build());
    Host second = hosts.open(2);
    Host third = hosts.open(3);
    Host fourth = hosts.open(4);
    connect(second, host);
    connect(third, host);

    assertThrows(IOException.class, () -> connect(fourth, host));
    assertEquals(1, count(host, "too many connections"));
    IOException refused = assertThrows(IOException.class, () -> connect(host, fourth));
    assertEquals("this host has 2 connections, the most that it may", refused.getMessage());

    TestingHosts.untilConnected(host, second);
    host.disconnect(second.id());
    ((NettyHost) host).registry().awaitAtMost(second.id(), 0);
    ((NettyHost) second).registry().awaitAtMost(host.id(), 0);
    connect(host, fourth);
  }

  @Test
  void onePeerHasAFewConnections() throws Exception {
    limits.connectionsPerPeerMax = 2;
    Host host = hosts.open(1, limits.build());
    for (int i = 0; i < 2; i++) {
      Host same = hosts.openDialOnly(2);
      same.handle(ECHO, 1, TestingHosts::echo);
      connect(same, host);
      // Each dials anew, with a stream on it, so that none is replaced.
      TestingHosts.untilConnected(host, same);
      P2pStream held = same.open(host.id(), Ping.PROTOCOL, LONG);
      held.output().write(1);
      held.output().flush();
    }

    Host third = hosts.openDialOnly(2);
    CountDownLatch gone = new CountDownLatch(1);
    third.watch(
        new ConnectionListener() {
          @Override
          public void connected(PeerConnection connection) {}

          @Override
          public void disconnected(PeerId peer) {
            gone.countDown();
          }
        });
    connect(third, host);
    gone.await();

    assertEquals(1, count(host, "too many connections of a peer"));
  }

  @Test
  void nobodyIsLetInWhileListenersAreBehind() throws Exception {
    limits.noticesMax = 1;
    Host host = hosts.open(1, limits.build());
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch hearing = new CountDownLatch(1);
    host.watch(
        new ConnectionListener() {
          @Override
          public void connected(PeerConnection connection) {
            hearing.countDown();
            try {
              held.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void disconnected(PeerId peer) {}
        });
    connect(host, hosts.open(2)); // is heard of
    hearing.await();
    connect(host, hosts.open(3)); // waits to be
    Host fourth = hosts.open(4);

    assertThrows(IOException.class, () -> connect(host, fourth));

    assertEquals(1, count(host, "too many comings and goings"));
    held.countDown();
  }

  @Test
  void aHostDoesNotTalkToItsOwnKey() throws Exception {
    Host host = hosts.open(1);
    Host same = hosts.open(1);

    assertThrows(IOException.class, () -> connect(same, host));
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.handshake(identity(1), YAMUX);
      raw.untilClosed();
    }
    assertEquals(1, count(host, "own peer id"));
  }

  @Test
  void aPeerHasAFewStreamsOfAProtocol() throws Exception {
    Host host = hosts.open(1);
    Host peer = hosts.open(2);
    host.handle(ECHO, 2, TestingHosts::echo);
    connect(peer, host);
    List<P2pStream> open = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      open.add(peer.open(host.id(), ECHO, LONG));
      open.get(i).output().write(i);
      open.get(i).output().flush();
      assertEquals(i, open.get(i).input().read());
    }

    assertThrows(IOException.class, () -> talk(peer, host));
    assertEquals(1, count(host, "too many streams"));

    open.getFirst().closeWrite();
    assertEquals(-1, open.getFirst().input().read());
    open.getFirst().close();
    // The handler may be about to return.
    boolean served = false;
    while (!served) {
      try {
        talk(peer, host);
        served = true;
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
  }

  private static void talk(Host from, Host to) throws Exception {
    try (P2pStream stream = from.open(to.id(), ECHO, LONG)) {
      stream.output().write(7);
      stream.output().flush();
      assertEquals(7, stream.input().read());
    }
  }

  @Test
  void aFrameThatWasChangedEndsTheConnection() throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.handshake(identity(2), YAMUX);
      raw.sendMessage(new byte[100]);
      raw.untilClosed();
    }
    assertEquals(1, count(host, "broken frame"));
  }

  @Test
  void whoBreaksYamuxIsDisconnected() throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      NoiseChannel channel = raw.handshake(identity(2), YAMUX);
      raw.send(channel, RawPeer.frame("07 00 0001 00000001 00000000", new byte[0]));
      raw.untilClosed();
    }
    assertEquals(1, count(host, "yamux violation"));
  }

  @Test
  void theMuxerIsAgreedOnLaterWithThoseWhoDoNotSpeakOfIt() throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      NoiseChannel channel = raw.handshake(identity(2), List.of());
      raw.send(channel, RawPeer.line("/multistream/1.0.0"));
      raw.send(channel, RawPeer.line("/mplex/6.7.0"));
      raw.send(channel, RawPeer.line("/yamux/1.0.0"));
      // Now it is yamux, or this would be no violation of it.
      raw.send(channel, RawPeer.frame("07 00 0001 00000001 00000000", new byte[0]));
      raw.untilClosed();
    }
    assertEquals(1, count(host, "yamux violation"));
  }

  @Test
  void aMuxerThatNobodySpeaksIsNoHandshake() throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      NoiseChannel channel = raw.handshake(identity(2), List.of());
      raw.send(channel, RawPeer.line("/multistream/9"));
      raw.untilClosed();
    }
    assertEquals(1, count(host, "broken handshake"));
  }

  @Test
  void aStreamSaysInTimeWhatItIsFor() throws Exception {
    limits.negotiationTimeout = Duration.ofMillis(50);
    Host host = hosts.open(1, limits.build());
    try (RawPeer raw = RawPeer.dial(host)) {
      NoiseChannel channel = raw.handshake(identity(2), YAMUX);
      raw.send(channel, RawPeer.frame("00 01 0001 00000001 00000000", new byte[0]));
      while (count(host, "negotiation timeout") == 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aStreamThatSpeaksNoMultistreamIsReset() throws Exception {
    Host host = hosts.open(1);
    try (RawPeer raw = RawPeer.dial(host)) {
      NoiseChannel channel = raw.handshake(identity(2), YAMUX);
      raw.send(channel, RawPeer.frame("00 00 0001 00000001 00000003", new byte[] {1, 1, 1}));
      // One that ends before it says anything.
      raw.send(channel, RawPeer.frame("00 00 0005 00000003 00000000", new byte[0]));
      while (count(host, "broken negotiation") < 2) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aReaderThatClosesDoesNotHoldItsStreamForLong() throws Exception {
    limits.lingerTimeout = Duration.ofMillis(20);
    Host host = hosts.open(1, limits.build());
    Host peer = hosts.open(2);
    host.handle("/test/1", 1, stream -> {});
    connect(peer, host);
    P2pStream stream = peer.open(host.id(), "/test/1", LONG);

    // It has ended its side in order, and waits for the end of ours, but not for long.
    IOException refused =
        assertThrows(
            IOException.class,
            () -> {
              while (true) {
                stream.output().write(1);
                stream.output().flush();
              }
            });

    assertTrue(refused.getMessage().contains("reset"), refused.getMessage());
  }

  /** Only so many at once, but none is refused for it here: they wait for each other. */
  @Test
  void streamsThatAreTooManyForOneSideWaitForRoom() throws Exception {
    limits.streams = streams(256, 3, Duration.ofSeconds(45));
    Host peer = hosts.open(2, limits.build());
    Host host = hosts.open(1);
    host.handle(ECHO, 300, TestingHosts::echo);
    connect(peer, host);
    List<FutureTask<Integer>> talks = new ArrayList<>();

    for (int i = 0; i < 20; i++) {
      talks.add(
          new FutureTask<>(
              () -> {
                talk(peer, host);
                return 0;
              }));
      Thread.ofVirtual().start(talks.getLast());
    }

    for (FutureTask<Integer> talk : talks) {
      assertEquals(0, talk.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void streamsThatAreTooManyForTheOtherSideAreReset() throws Exception {
    limits.streams = streams(2, 256, Duration.ofSeconds(45));
    Host host = hosts.open(1, limits.build());
    Host peer = hosts.open(2);
    host.handle(ECHO, 300, TestingHosts::echo);
    connect(peer, host);
    ((NettyHost) peer).identity(host.id(), LONG);
    List<P2pStream> open = new ArrayList<>();

    assertThrows(
        IOException.class,
        () -> {
          for (int i = 0; i < 3; i++) {
            P2pStream stream = peer.open(host.id(), ECHO, LONG);
            open.add(stream);
            stream.output().write(7);
            stream.output().flush();
            assertEquals(7, stream.input().read());
          }
        });
    assertTrue(open.size() >= 2, open.size() + " streams");
    assertTrue(count(host, "too many streams") > 0);
  }

  @Test
  void aPeerThatFallsSilentIsGivenUp() throws Exception {
    limits.streams = streams(256, 256, Duration.ofMillis(100));
    Host host = hosts.open(1, limits.build());
    try (RawPeer raw = RawPeer.dial(host)) {
      raw.handshake(identity(2), YAMUX);
      raw.untilClosed();
    }
    assertEquals(1, count(host, "yamux violation"));
    ((NettyHost) host).registry().awaitAtMost(identity(2).publicKey().peerId(), 0);
  }

  private static YamuxLimits streams(int inbound, int outbound, Duration silence) {
    YamuxLimits usual = YamuxLimits.DEFAULT;
    return new YamuxLimits(
        inbound,
        outbound,
        usual.ackBacklogMax(),
        usual.streamWindowBytes(),
        usual.streamWindowBytesMax(),
        usual.connectionWindowBytesMax(),
        usual.dataBytesMax(),
        usual.sendQueueBytesMax(),
        usual.repliesMax(),
        silence.toNanos() / 3,
        silence.toNanos());
  }

  @Test
  void limitsArePositive() {
    limits.connectionsMax = 0;
    assertEquals(
        "limit of connections is 0, not positive",
        assertThrows(IllegalArgumentException.class, limits::build).getMessage());
    limits.connectionsMax = 1;
    limits.lingerTimeout = Duration.ZERO;
    assertThrows(IllegalArgumentException.class, limits::build);
  }

  @Test
  void anAgentIsShort() {
    assertThrows(
        IllegalArgumentException.class,
        () -> HostSettings.of(identity(1), java.util.Optional.empty(), "x".repeat(129)));
  }
}
