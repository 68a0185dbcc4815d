package io.banyan.node.daemon;

import io.banyan.p2p.Multiaddr;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Peers that may well be one person: those whose addresses, as our own connections show them, share
 * a network that is given to one customer, a /24 under IPv4 and a /48 under IPv6.
 */
final class TrustDomain {
  private static final int IP4_BYTES = 3; // a /24
  private static final int IP6_BYTES = 6; // a /48

  private TrustDomain() {}

  /** The domain of {@code address}; none where it is a name, which may lead anywhere. */
  static Optional<String> of(Multiaddr address) {
    return switch (address.network()) {
      case IP4, IP6 -> Optional.of(of(InetAddress.ofLiteral(address.host())));
      case DNS, DNS4, DNS6 -> Optional.empty();
    };
  }

  private static String of(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) { // also one that was written as IPv6
      return IntStream.range(0, IP4_BYTES)
              .mapToObj(i -> String.valueOf(bytes[i] & 0xff))
              .collect(Collectors.joining("."))
          + ".0/24";
    }
    return HexFormat.of().formatHex(Arrays.copyOf(bytes, IP6_BYTES)) + "/48";
  }
}
