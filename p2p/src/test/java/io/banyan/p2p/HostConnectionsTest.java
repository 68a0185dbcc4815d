package io.banyan.p2p;

import static io.banyan.p2p.TestingHosts.LONG;
import static io.banyan.p2p.TestingHosts.connect;
import static io.banyan.p2p.TestingHosts.identity;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.PeerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is connected to whom, and how they come to it. */
@Timeout(60)
class HostConnectionsTest {
  private static final String ECHO = "/test/echo/1";

  private final TestingHosts hosts = new TestingHosts();

  @AfterEach
  void closeHosts() {
    hosts.close();
  }

  /** What a listener heard, in order. */
  private static final class Heard implements ConnectionListener {
    private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

    @Override
    public void connected(PeerConnection connection) {
      words.add("+" + connection.peer());
    }

    @Override
    public void disconnected(PeerId peer) {
      words.add("-" + peer);
    }

    String next() throws InterruptedException {
      return Optional.ofNullable(words.poll(20, TimeUnit.SECONDS)).orElse("nothing");
    }
  }

  @Test
  void aHostSaysWhereItListens() throws Exception {
    Host host = hosts.open(1);

    assertEquals(identity(1).publicKey().peerId(), host.id());
    Multiaddr address = host.addresses().getFirst();
    assertEquals(Optional.of(host.id()), address.peer());
    assertEquals("127.0.0.1", address.host());
    assertTrue(address.port() > 0);
    assertEquals(List.of(), hosts.openDialOnly(2).addresses());
  }

  @Test
  void aHostThatListensEverywhereNamesThePlaces() throws Exception {
    Host host =
        hosts.open(
            HostSettings.of(
                identity(1), Optional.of(Multiaddr.parse("/ip4/0.0.0.0/tcp/0")), "banyan/test"));

    Multiaddr loopback =
        host.addresses().stream().filter(a -> a.host().equals("127.0.0.1")).findAny().orElseThrow();
    hosts.openDialOnly(2).connect(loopback, LONG);
  }

  @Test
  void thereIsOneConnectionToAPeer() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);

    connect(alice, bob);
    connect(alice, bob);

    PeerConnection connection = alice.connections().getFirst();
    assertEquals(1, alice.connections().size());
    assertEquals(bob.id(), connection.peer());
    assertEquals(bob.addresses().getFirst(), connection.address());
    assertTrue(connection.dialed());
    TestingHosts.untilConnected(bob, alice);
    assertFalse(bob.connections().getFirst().dialed());
  }

  @Test
  void aConnectionIsMeasured() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);
    bob.handle(ECHO, 1, TestingHosts::echo);
    connect(alice, bob);
    try (P2pStream stream = alice.open(bob.id(), ECHO, LONG)) {
      stream.output().write(new byte[100_000]);
      stream.closeWrite();
      stream.input().readAllBytes();
    }

    PeerConnection connection = alice.connections().getFirst();

    assertTrue(connection.sentBytes() > 100_000, connection.toString());
    assertTrue(connection.receivedBytes() > 100_000, connection.toString());
    assertTrue(connection.roundTrip().orElseThrow().isPositive(), connection.toString());
  }

  @Test
  void aHostThatOnlyDialsIsServedToo() throws Exception {
    Host bob = hosts.open(2);
    Host dialer = hosts.openDialOnly(1);
    dialer.handle(ECHO, 1, TestingHosts::echo);
    connect(dialer, bob);
    TestingHosts.untilConnected(bob, dialer);

    try (P2pStream stream = bob.open(dialer.id(), ECHO, LONG)) {
      stream.output().write(7);
      stream.output().flush();
      assertEquals(7, stream.input().read());
    }
  }

  /** So that 127.0.1.1 and 127.0.2.1 are two trust domains on one machine. */
  @Test
  void aHostDialsFromTheAddressItListensAt() throws Exception {
    Host bob = hosts.open(2);
    Host alice =
        hosts.open(
            HostSettings.of(
                identity(1), Optional.of(Multiaddr.parse("/ip4/127.0.1.1/tcp/0")), "banyan/test"));

    connect(alice, bob);
    TestingHosts.untilConnected(bob, alice);

    assertEquals("127.0.1.1", bob.connections().getFirst().address().host());
  }

  @Test
  void namesAreResolved() throws Exception {
    Host bob = hosts.open(2);
    Multiaddr address = bob.addresses().getFirst();
    Multiaddr named = Multiaddr.parse("/dns4/localhost/tcp/" + address.port() + "/p2p/" + bob.id());

    hosts.openDialOnly(1).connect(named, LONG);
  }

  @Test
  void somebodyElseAnswersAndTheSentenceSaysWho() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);
    PeerId expected = identity(9).publicKey().peerId();
    int port = bob.addresses().getFirst().port();
    Multiaddr address = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port + "/p2p/" + expected);

    IOException refused = assertThrows(IOException.class, () -> alice.connect(address, LONG));

    assertEquals(
        "cannot connect to "
            + address
            + ": somebody else is there: "
            + bob.id()
            + " answered, and not "
            + expected,
        refused.getMessage());
    assertEquals(1, alice.rejections().byReason().get("wrong peer"));
    assertEquals(List.of(), alice.connections());
    assertEquals(List.of(), bob.connections());
  }

  @Test
  void nobodyAnswersAndTheSentenceSaysWhere() throws Exception {
    Host alice = hosts.open(1);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    PeerId bob = identity(2).publicKey().peerId();
    Multiaddr address = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port + "/p2p/" + bob);

    IOException refused = assertThrows(IOException.class, () -> alice.connect(address, LONG));

    assertTrue(
        refused.getMessage().startsWith("cannot connect to " + address + ": nobody answers there"),
        refused.getMessage());
  }

  @Test
  void aPeerThatSaysNothingIsNotWaitedForLong() throws Exception {
    Host alice = hosts.open(1);
    PeerId bob = identity(2).publicKey().peerId();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Multiaddr address =
          Multiaddr.parse("/ip4/127.0.0.1/tcp/" + silent.getLocalPort() + "/p2p/" + bob);

      IOException refused =
          assertThrows(IOException.class, () -> alice.connect(address, Duration.ofMillis(50)));

      assertEquals("could not connect to " + address + " within 50 ms", refused.getMessage());
      // The header and the proposal that were sent, and then the end.
      silent.accept().getInputStream().readAllBytes();
    }
  }

  @Test
  void anAddressSaysWhoAndWhere() throws Exception {
    Host alice = hosts.open(1);
    PeerId bob = identity(2).publicKey().peerId();

    assertEquals(
        "/ip4/127.0.0.1/tcp/4001 does not say who is expected there",
        assertThrows(
                IllegalArgumentException.class,
                () -> alice.connect(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"), LONG))
            .getMessage());
    Multiaddr anyPort = Multiaddr.parse("/ip4/127.0.0.1/tcp/0/p2p/" + bob);
    assertEquals(
        anyPort + " has port 0, where nobody can listen",
        assertThrows(IllegalArgumentException.class, () -> alice.connect(anyPort, LONG))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> alice.keep(anyPort));
    Multiaddr itself = alice.addresses().getFirst();
    assertEquals(
        itself + " is this host itself",
        assertThrows(IOException.class, () -> alice.connect(itself, LONG)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> alice.keep(itself));
  }

  @Test
  void whereSomebodyListensNobodyElseCan() throws Exception {
    Host alice = hosts.open(1);
    Multiaddr taken = alice.addresses().getFirst();
    Multiaddr place = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + taken.port());

    IOException refused =
        assertThrows(
            IOException.class,
            () -> hosts.open(HostSettings.of(identity(2), Optional.of(place), "banyan/test")));

    assertTrue(
        refused.getMessage().startsWith("cannot listen at " + place + ": "), refused.getMessage());
  }

  @Test
  void listenersHearOfEachConnectionOnce() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);
    Heard alices = new Heard();
    Heard bobs = new Heard();
    alice.watch(alices);
    bob.watch(bobs);

    connect(alice, bob);
    assertEquals("+" + bob.id(), alices.next());
    assertEquals("+" + alice.id(), bobs.next());
    alice.disconnect(bob.id());
    assertEquals("-" + bob.id(), alices.next());
    assertEquals("-" + alice.id(), bobs.next());
    connect(bob, alice);
    assertEquals("+" + alice.id(), bobs.next());
    bob.close();
    assertEquals("+" + bob.id(), alices.next());
    assertEquals("-" + bob.id(), alices.next());
  }

  @Test
  void aListenersBugIsItsOwn() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);
    Heard heard = new Heard();
    alice.watch(
        new ConnectionListener() {
          @Override
          public void connected(PeerConnection connection) {
            throw new IllegalStateException("a bug, on purpose");
          }

          @Override
          public void disconnected(PeerId peer) {}
        });
    alice.watch(heard);

    connect(alice, bob);

    assertEquals("+" + bob.id(), heard.next());
  }

  /** A user's commands are processes under one key: each is answered where it asked. */
  @Test
  void processesOfOneIdentityAreToldApart() throws Exception {
    String who = "/test/who/1";
    String asked = "/test/asked/1";
    Host bob = hosts.open(2);
    bob.handle(
        asked,
        2,
        stream -> {
          stream.input().read(); // the other process has dialed by now
          try (P2pStream beside = stream.openBeside(who, LONG)) {
            stream.output().write(beside.input().read());
            stream.closeWrite();
          }
        });
    List<Host> processes = List.of(hosts.openDialOnly(1), hosts.openDialOnly(1));
    List<P2pStream> streams = new ArrayList<>();
    for (int number = 0; number < processes.size(); number++) {
      int answer = number;
      Host process = processes.get(number);
      process.handle(
          who,
          1,
          stream -> {
            stream.output().write(answer);
            stream.closeWrite();
          });
      connect(process, bob);
      streams.add(process.open(bob.id(), asked, LONG));
    }
    for (int number = 0; number < processes.size(); number++) {
      P2pStream stream = streams.get(number);
      stream.output().write(0);
      stream.output().flush();
      assertEquals(number, stream.input().read());
    }
    streams.forEach(P2pStream::close);
  }

  @Test
  void aStreamBesideOneOfALostConnectionIsNotOpened() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);
    bob.handle(ECHO, 2, TestingHosts::echo);
    connect(alice, bob);
    P2pStream stream = alice.open(bob.id(), ECHO, LONG);

    alice.disconnect(bob.id());
    connect(alice, bob);

    assertThrows(IOException.class, () -> stream.openBeside(ECHO, LONG));
  }

  @Test
  void peersThatDialEachOtherAtOnceComeDownToOneConnection() throws Exception {
    TestingLimits limits = new TestingLimits();
    limits.retiringTimeout = Duration.ofMillis(300);
    Host alice = hosts.open(1, limits.build());
    Host bob = hosts.open(2, limits.build());
    alice.handle(ECHO, 8, TestingHosts::echo);
    bob.handle(ECHO, 8, TestingHosts::echo);
    for (int round = 0; round < 5; round++) {
      Heard heard = new Heard();
      alice.watch(heard);
      CyclicBarrier together = new CyclicBarrier(2);
      FutureTask<Integer> first = dialAndTalk(together, alice, bob);
      FutureTask<Integer> second = dialAndTalk(together, bob, alice);

      assertEquals(7, first.get(20, TimeUnit.SECONDS));
      assertEquals(7, second.get(20, TimeUnit.SECONDS));

      assertEquals("+" + bob.id(), heard.next());
      ((NettyHost) alice).registry().awaitAtMost(bob.id(), 1);
      ((NettyHost) bob).registry().awaitAtMost(alice.id(), 1);
      assertEquals(alice.connections().getFirst().dialed(), !bob.connections().getFirst().dialed());
      alice.disconnect(bob.id());
      assertEquals("-" + bob.id(), heard.next());
      ((NettyHost) bob).registry().awaitAtMost(alice.id(), 0);
    }
  }

  /** A stream that was opened on either of two connections is not lost with one of them. */
  private static FutureTask<Integer> dialAndTalk(CyclicBarrier together, Host from, Host to) {
    FutureTask<Integer> task =
        new FutureTask<>(
            () -> {
              together.await();
              connect(from, to);
              try (P2pStream stream = from.open(to.id(), ECHO, LONG)) {
                for (int i = 0; i < 20; i++) {
                  stream.output().write(7);
                  stream.output().flush();
                  assertEquals(7, stream.input().read());
                }
              }
              return 7;
            });
    Thread.ofVirtual().start(task);
    return task;
  }

  /** At an address of its own, so that nobody else takes the port while it is away. */
  private Host openAt(int number, int port) throws IOException {
    Multiaddr place = Multiaddr.parse("/ip4/127.0.5." + number + "/tcp/" + port);
    return hosts.open(HostSettings.of(identity(number), Optional.of(place), "banyan/test"));
  }

  @Test
  void aPeerThatIsKeptIsDialedAgainWhenItIsBack() throws Exception {
    Host alice = hosts.open(1);
    Host bob = openAt(2, 0);
    Heard heard = new Heard();
    alice.watch(heard);
    Multiaddr address = bob.addresses().getFirst();

    alice.keep(address);
    assertEquals("+" + bob.id(), heard.next());
    bob.close();
    assertEquals("-" + bob.id(), heard.next());
    openAt(2, address.port());
    assertEquals("+" + bob.id(), heard.next());
  }

  @Test
  void aPeerIsKeptThatIsNotThereYet() throws Exception {
    Host bob = openAt(2, 0);
    Multiaddr address = bob.addresses().getFirst();
    bob.close();
    Host alice = hosts.open(1);
    Heard heard = new Heard();
    alice.watch(heard);

    alice.keep(address);
    openAt(2, address.port());

    assertEquals("+" + bob.id(), heard.next());
  }

  @Test
  void pausesGrowAndDiffer() {
    assertEquals(50_000_000, Keeper.pauseNanos(0, 0));
    assertEquals(100_000_000, Keeper.pauseNanos(0, 1));
    assertEquals(300_000_000, Keeper.pauseNanos(2, 0.5));
    assertEquals(15_000_000_000L, Keeper.pauseNanos(8, 1));
    assertEquals(15_000_000_000L, Keeper.pauseNanos(Integer.MAX_VALUE, 1));
  }

  @Test
  void aClosedHostLeavesNoThread() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);
    bob.handle(ECHO, 1, TestingHosts::echo);
    connect(alice, bob);
    P2pStream stream = alice.open(bob.id(), ECHO, LONG);
    alice.keep(bob.addresses().getFirst());

    hosts.close();

    assertThrows(IOException.class, () -> stream.input().read());
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("banyan-p2p")) {
        assertTrue(thread.join(LONG), thread + " is left"); // It may be about to return.
      }
    }
    assertEquals(0, ((NettyHost) alice).workers().count());
    assertEquals(0, ((NettyHost) bob).workers().count());
    alice.close();
  }
}
