package io.banyan.p2p;

import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a peer says of itself when it is asked (libp2p specification, "Identify").
 *
 * @param protocols those that it serves
 * @param agent what it calls itself; empty if it does not
 */
record Identify(Set<String> protocols, String agent) {
  /** Of a peer that has not spoken yet. */
  static final Identify NOTHING = new Identify(Set.of(), "");

  static final String PROTOCOL = "/ipfs/id/1.0.0";

  /** Peers ask once a connection; some ask again. */
  static final int STREAMS_PER_PEER_MAX = 4;

  /** As in go-libp2p and js-libp2p, 8 KiB. */
  static final int MESSAGE_LENGTH_MAX = 8 << 10;

  /** A peer may say it in several messages, which are then taken together. */
  static final int MESSAGES_MAX = 8;

  private static final int PROTOCOLS_MAX = 256;
  private static final String VERSION = "ipfs/0.1.0";

  private static final int PUBLIC_KEY = 1;
  private static final int LISTEN_ADDRESS = 2;
  private static final int PROTOCOLS = 3;
  private static final int OBSERVED_ADDRESS = 4;
  private static final int PROTOCOL_VERSION = 5;
  private static final int AGENT_VERSION = 6;

  Identify {
    protocols = Set.copyOf(protocols);
  }

  /**
   * Answers on a stream, as one message with its length before it.
   *
   * @param observed where this side sees the peer
   */
  static void answer(
      P2pStream stream,
      PeerId self,
      List<Multiaddr> addresses,
      Set<String> protocols,
      String agent,
      Optional<Multiaddr> observed)
      throws IOException {
    byte[] multihash = self.multihash();
    ProtoWriter writer =
        new ProtoWriter()
            .bytes(PUBLIC_KEY, Bytes.of(Arrays.copyOfRange(multihash, 2, multihash.length)));
    addresses.forEach(address -> writer.bytes(LISTEN_ADDRESS, bare(address).encode()));
    protocols.forEach(protocol -> writer.text(PROTOCOLS, protocol));
    observed.ifPresent(address -> writer.bytes(OBSERVED_ADDRESS, bare(address).encode()));
    writer.text(PROTOCOL_VERSION, VERSION).text(AGENT_VERSION, agent);
    byte[] message = writer.message().toArray();
    ByteBuf length = Unpooled.buffer();
    Uvarint.write(message.length, length);
    stream.output().write(length.array(), 0, length.readableBytes());
    stream.output().write(message);
    stream.output().flush();
  }

  private static Multiaddr bare(Multiaddr address) {
    return new Multiaddr(address.network(), address.host(), address.port(), Optional.empty());
  }

  /**
   * Reads what a peer says, to the end.
   *
   * @throws ViolationException if it is not of the form, or too much, or says another key than that
   *     of the connection
   */
  static Identify read(P2pStream stream) throws IOException, ViolationException {
    Set<String> protocols = new TreeSet<>();
    String agent = "";
    InputStream in = stream.input();
    for (int count = 0; ; count++) {
      OptionalLong length = readLength(in);
      if (length.isEmpty()) {
        return new Identify(protocols, agent);
      }
      if (count == MESSAGES_MAX) {
        throw new ViolationException("identify is more than " + MESSAGES_MAX + " messages");
      }
      byte[] message = in.readNBytes((int) length.getAsLong());
      if (message.length < length.getAsLong()) {
        throw new EOFException("identify ends within a message");
      }
      ProtoReader reader = new ProtoReader(Bytes.of(message));
      while (reader.next()) {
        switch (reader.field()) {
          case PUBLIC_KEY -> requireKey(reader.bytes(MESSAGE_LENGTH_MAX), stream.remote());
          case PROTOCOLS -> {
            if (protocols.size() == PROTOCOLS_MAX) {
              throw new ViolationException("identify names over " + PROTOCOLS_MAX + " protocols");
            }
            protocols.add(reader.text(MESSAGE_LENGTH_MAX));
          }
          case AGENT_VERSION -> agent = reader.text(MESSAGE_LENGTH_MAX);
          default -> {} // Where it listens, and what later versions say.
        }
      }
    }
  }

  private static void requireKey(Bytes key, PeerId peer) throws ViolationException {
    byte[] multihash = peer.multihash();
    if (!key.equals(Bytes.of(Arrays.copyOfRange(multihash, 2, multihash.length)))) {
      throw new ViolationException(peer + " identifies itself with another key");
    }
  }

  /** Byte by byte, since what stands behind it is not to be taken; empty at the end. */
  private static OptionalLong readLength(InputStream in) throws IOException, ViolationException {
    ByteBuf bytes = Unpooled.buffer();
    while (true) {
      int next = in.read();
      if (next < 0) {
        if (bytes.isReadable()) {
          throw new EOFException("identify ends within a length");
        }
        return OptionalLong.empty();
      }
      bytes.writeByte(next);
      OptionalLong length = Uvarint.read(bytes, MESSAGE_LENGTH_MAX);
      if (length.isPresent()) {
        return length;
      }
    }
  }
}
