package io.banyan.p2p;

import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where a peer is found: {@code /ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…}, the part of libp2p's
 * multiaddr that names a TCP port (libp2p specification, "Addressing").
 *
 * @param network how the host is named
 * @param host an address or a name, as it was written
 * @param port 0 to 65535; 0 asks for any free one
 * @param peer who is expected there; anyone if empty
 */
public record Multiaddr(Network network, String host, int port, Optional<PeerId> peer) {
  /** How a host is named. */
  public enum Network {
    IP4("ip4", "[0-9]{1,3}(\\.[0-9]{1,3}){3}"),
    IP6("ip6", "[0-9a-fA-F:.]{2,45}"),
    DNS("dns", "[A-Za-z0-9.-]{1,253}"),
    DNS4("dns4", "[A-Za-z0-9.-]{1,253}"),
    DNS6("dns6", "[A-Za-z0-9.-]{1,253}");

    private final String label;
    private final String form;

    Network(String label, String form) {
      this.label = label;
      this.form = form;
    }

    boolean takes(String host) {
      return host.matches(form)
          && switch (this) {
            case IP4 ->
                Arrays.stream(host.split("\\."))
                    .mapToInt(Integer::parseInt)
                    .allMatch(number -> number < 256);
            case IP6 -> Ip6.parse(host).isPresent();
            case DNS, DNS4, DNS6 -> true;
          };
    }
  }

  private static final String FORM = "/ip4/ADDRESS/tcp/PORT or /ip4/ADDRESS/tcp/PORT/p2p/PEER";

  public Multiaddr {
    if (!network.takes(host)) {
      throw new IllegalArgumentException("'" + host + "' is no " + network.label + " host");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException with the rule that it breaks
   */
  public static Multiaddr parse(String text) {
    List<String> words = List.of(text.split("/", -1));
    boolean named = words.size() == 7;
    if (!(words.size() == 5 || named)
        || !words.getFirst().isEmpty()
        || !words.get(3).equals("tcp")
        || (named && !words.get(5).equals("p2p"))) {
      throw new IllegalArgumentException("'" + text + "' is not of the form " + FORM);
    }
    return new Multiaddr(
        network(text, words.get(1)),
        words.get(2),
        port(text, words.get(4)),
        named ? Optional.of(PeerId.parse(words.get(6))) : Optional.empty());
  }

  private static Network network(String text, String label) {
    for (Network network : Network.values()) {
      if (network.label.equals(label)) {
        return network;
      }
    }
    throw new IllegalArgumentException(
        "'" + label + "' in '" + text + "' is none of ip4, ip6, dns, dns4, dns6");
  }

  private static int port(String text, String digits) {
    // Integer.parseInt takes a sign, and the digits of any script.
    if (!digits.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("'" + digits + "' in '" + text + "' is no port");
    }
    return Integer.parseInt(digits);
  }

  /**
   * The form that peers exchange; a name in it is at most 253 bytes long, so it has at most 300.
   */
  public Bytes encode() {
    return MultiaddrCodec.encode(this);
  }

  /**
   * Reads the form that peers exchange.
   *
   * @return empty if it is anything else than a host, a TCP port, and perhaps a peer behind them:
   *     there are many kinds of address that this node cannot dial
   */
  public static Optional<Multiaddr> decode(Bytes bytes) {
    return MultiaddrCodec.decode(bytes);
  }

  @Override
  public String toString() {
    String place = "/" + network.label + "/" + host + "/tcp/" + port;
    return peer.map(id -> place + "/p2p/" + id).orElse(place);
  }
}
