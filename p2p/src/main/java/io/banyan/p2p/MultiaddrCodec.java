package io.banyan.p2p;

import io.banyan.p2p.Multiaddr.Network;
import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The binary form of addresses: for each part its code, then its value; values of no fixed length
 * have it in front (multiformats, "multiaddr", and its table of codes).
 */
final class MultiaddrCodec {
  private static final int IP4 = 4;
  private static final int TCP = 6;
  private static final int IP6 = 41;
  private static final int DNS = 53;
  private static final int DNS4 = 54;
  private static final int DNS6 = 55;
  private static final int P2P = 421;

  private static final int NAME_BYTES_MAX = 253;
  private static final int MULTIHASH_BYTES = 38; // of an Ed25519 key

  private MultiaddrCodec() {}

  static Bytes encode(Multiaddr address) {
    ByteBuf out = Unpooled.buffer();
    switch (address.network()) {
      case IP4 -> {
        Uvarint.write(IP4, out);
        for (String number : address.host().split("\\.")) {
          out.writeByte(Integer.parseInt(number));
        }
      }
      case IP6 -> {
        Uvarint.write(IP6, out);
        out.writeBytes(Ip6.parse(address.host()).orElseThrow());
      }
      case DNS -> name(DNS, address.host(), out);
      case DNS4 -> name(DNS4, address.host(), out);
      case DNS6 -> name(DNS6, address.host(), out);
    }
    Uvarint.write(TCP, out);
    out.writeShort(address.port());
    address.peer().ifPresent(peer -> withLength(P2P, peer.multihash(), out));
    return Bytes.of(ByteBufUtil.getBytes(out));
  }

  private static void name(int code, String name, ByteBuf out) {
    withLength(code, name.getBytes(StandardCharsets.US_ASCII), out);
  }

  private static void withLength(int code, byte[] value, ByteBuf out) {
    Uvarint.write(code, out);
    Uvarint.write(value.length, out);
    out.writeBytes(value);
  }

  static Optional<Multiaddr> decode(Bytes bytes) {
    try {
      return decode(Unpooled.wrappedBuffer(bytes.asByteBuffer()));
    } catch (ViolationException | IllegalArgumentException | IndexOutOfBoundsException _) {
      return Optional.empty();
    }
  }

  private static Optional<Multiaddr> decode(ByteBuf in) throws ViolationException {
    int code = number(in, P2P);
    Network network = network(code);
    String host =
        switch (network) {
          case IP4 -> ip4(in);
          case IP6 -> Ip6.text(take(in, 16));
          case DNS, DNS4, DNS6 ->
              new String(take(in, number(in, NAME_BYTES_MAX)), StandardCharsets.US_ASCII);
        };
    require(number(in, P2P) == TCP);
    int port = in.readUnsignedShort();
    Optional<PeerId> peer = in.isReadable() ? Optional.of(peer(in)) : Optional.empty();
    require(!in.isReadable());
    return Optional.of(new Multiaddr(network, host, port, peer));
  }

  private static Network network(int code) throws ViolationException {
    return switch (code) {
      case IP4 -> Network.IP4;
      case IP6 -> Network.IP6;
      case DNS -> Network.DNS;
      case DNS4 -> Network.DNS4;
      case DNS6 -> Network.DNS6;
      default -> throw new ViolationException("no host has the code " + code);
    };
  }

  private static String ip4(ByteBuf in) {
    return in.readUnsignedByte()
        + "."
        + in.readUnsignedByte()
        + "."
        + in.readUnsignedByte()
        + "."
        + in.readUnsignedByte();
  }

  private static PeerId peer(ByteBuf in) throws ViolationException {
    require(number(in, P2P) == P2P);
    require(number(in, MULTIHASH_BYTES) == MULTIHASH_BYTES);
    byte[] multihash = take(in, MULTIHASH_BYTES);
    int key = MULTIHASH_BYTES - PublicKey.LENGTH;
    PeerId peer =
        new PublicKey(Bytes.of(Arrays.copyOfRange(multihash, key, MULTIHASH_BYTES))).peerId();
    require(Arrays.equals(multihash, peer.multihash()));
    return peer;
  }

  private static byte[] take(ByteBuf in, int length) {
    byte[] value = new byte[length];
    in.readBytes(value);
    return value;
  }

  private static int number(ByteBuf in, int max) throws ViolationException {
    return (int)
        Uvarint.read(in, max)
            .orElseThrow(() -> new ViolationException("the address ends in a number"));
  }

  private static void require(boolean rule) throws ViolationException {
    if (!rule) {
      throw new ViolationException("the address is not a host, a TCP port and a peer");
    }
  }
}
