package io.banyan.p2p;

import static io.banyan.p2p.TestingHosts.LONG;
import static io.banyan.p2p.TestingHosts.identity;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IdentifyTest {
  private static final PeerId PEER = identity(2).publicKey().peerId();

  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();

  /** A stream over what is on the wire. */
  private P2pStream stream() {
    InputStream in = new ByteArrayInputStream(wire.toByteArray());
    return new P2pStream() {
      @Override
      public PeerId remote() {
        return PEER;
      }

      @Override
      public P2pStream openBeside(String protocol, Duration timeout) {
        throw new AssertionError("no stream is opened beside it");
      }

      @Override
      public String protocol() {
        return Identify.PROTOCOL;
      }

      @Override
      public InputStream input() {
        return in;
      }

      @Override
      public OutputStream output() {
        return wire;
      }

      @Override
      public void readTimeout(Duration timeout) {}

      @Override
      public void closeWrite() {}

      @Override
      public void reset() {}

      @Override
      public void close() {}
    };
  }

  private void put(ProtoWriter message) {
    put(message.message().toArray());
  }

  private void put(byte[] message) {
    ByteBuf length = Unpooled.buffer();
    Uvarint.write(message.length, length);
    wire.write(length.array(), 0, length.readableBytes());
    wire.writeBytes(message);
  }

  private String refusal() {
    return assertThrows(ViolationException.class, () -> Identify.read(stream())).getMessage();
  }

  @Test
  void whatIsAnsweredIsUnderstood() throws Exception {
    Multiaddr address = Multiaddr.parse("/ip4/127.0.0.1/tcp/4001/p2p/" + PEER);

    Identify.answer(
        stream(), PEER, List.of(address), Set.of("/a", "/b"), "agent", Optional.of(address));

    assertEquals(new Identify(Set.of("/a", "/b"), "agent"), Identify.read(stream()));
  }

  @Test
  void severalMessagesAreTakenTogether() throws Exception {
    put(new ProtoWriter().text(3, "/a").text(6, "old"));
    put(new ProtoWriter().text(3, "/b"));
    put(new ProtoWriter().text(6, "new").bytes(8, Bytes.of(new byte[100])));

    assertEquals(new Identify(Set.of("/a", "/b"), "new"), Identify.read(stream()));
  }

  @Test
  void nothingIsAnAnswerToo() throws Exception {
    assertEquals(Identify.NOTHING, Identify.read(stream()));
  }

  @Test
  void anAnswerHasALargestSize() throws Exception {
    put(new byte[Identify.MESSAGE_LENGTH_MAX + 1]);

    assertTrue(refusal().contains("8193"), refusal());
  }

  @Test
  void anAnswerHasALargestNumberOfParts() throws Exception {
    for (int i = 0; i < Identify.MESSAGES_MAX; i++) {
      put(new ProtoWriter());
    }
    Identify.read(stream());

    put(new ProtoWriter());
    assertEquals("identify is more than 8 messages", refusal());
  }

  @Test
  void aPeerNamesAFewProtocols() {
    for (int part = 0; part < 2; part++) {
      ProtoWriter message = new ProtoWriter();
      for (int i = 0; i < 129; i++) {
        message.text(3, "/" + part + "/" + i);
      }
      put(message);
    }

    assertEquals("identify names over 256 protocols", refusal());
  }

  @Test
  void aPeerSaysTheKeyThatItHasShown() throws Exception {
    byte[] multihash = PEER.multihash();
    put(new ProtoWriter().bytes(1, Bytes.of(Arrays.copyOfRange(multihash, 2, 38))));
    Identify.read(stream());

    byte[] other = identity(3).publicKey().peerId().multihash();
    put(new ProtoWriter().bytes(1, Bytes.of(Arrays.copyOfRange(other, 2, 38))));
    assertEquals(PEER + " identifies itself with another key", refusal());
  }

  @Test
  void anAnswerThatIsCutIsNone() {
    put(new ProtoWriter().text(3, "/a"));
    byte[] whole = wire.toByteArray();
    for (int length = 1; length < whole.length; length++) {
      wire.reset();
      wire.write(whole, 0, length);
      assertThrows(EOFException.class, () -> Identify.read(stream()));
    }
    wire.reset();
    wire.write(0x80);
    assertThrows(EOFException.class, () -> Identify.read(stream()));
  }

  @Test
  void hostsKnowWhatTheirPeersSpeak() throws Exception {
    try (TestingHosts hosts = new TestingHosts()) {
      Host alice = hosts.open(1);
      Host bob = hosts.open(2);
      bob.handle("/test/1", 1, stream -> {});
      TestingHosts.connect(alice, bob);

      Identify said = ((NettyHost) alice).identity(bob.id(), LONG);

      List<String> expected = new ArrayList<>(List.of("/test/1", Ping.PROTOCOL));
      expected.add(Identify.PROTOCOL);
      assertEquals(new Identify(Set.copyOf(expected), "banyan/test"), said);
    }
  }

  @Test
  void pingsComeBackUntilTheSideThatPingsEnds() throws Exception {
    try (TestingHosts hosts = new TestingHosts()) {
      Host alice = hosts.open(1);
      Host bob = hosts.open(2);
      TestingHosts.connect(alice, bob);
      for (int round = 0; round < 5; round++) {
        try (P2pStream stream = alice.open(bob.id(), Ping.PROTOCOL, LONG)) {
          stream.output().write(new byte[32]);
          stream.output().flush();
          assertEquals(32, stream.input().readNBytes(32).length);
          stream.closeWrite();
          assertEquals(-1, stream.input().read());
        }
      }
      try (P2pStream stream = alice.open(bob.id(), Ping.PROTOCOL, LONG)) {
        stream.output().write(new byte[31]);
        stream.closeWrite();
        assertThrows(java.io.IOException.class, () -> stream.input().read());
      }
      assertEquals(1, bob.rejections().byReason().get("failed stream"));
    }
  }
}
