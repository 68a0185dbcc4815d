package io.banyan.p2p;

import io.banyan.p2p.Multiaddr.Network;
import io.banyan.schema.PeerId;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Between the addresses of libp2p and those of sockets. */
final class SocketAddresses {
  private SocketAddresses() {}

  /**
   * Where to dial. Waits for the resolver if the host is a name.
   *
   * @throws IOException if the name has no address of the kind asked for
   */
  static InetSocketAddress resolve(Multiaddr address) throws IOException {
    InetAddress[] found;
    try {
      found = InetAddress.getAllByName(address.host());
    } catch (UnknownHostException e) {
      throw new IOException("'" + address.host() + "' in " + address + " has no address", e);
    }
    for (InetAddress candidate : found) {
      if (fits(address.network(), candidate)) {
        return new InetSocketAddress(candidate, address.port());
      }
    }
    throw new IOException("'" + address.host() + "' in " + address + " has no such address");
  }

  private static boolean fits(Network network, InetAddress candidate) {
    return switch (network) {
      case DNS -> true;
      case IP4, DNS4 -> candidate instanceof Inet4Address;
      case IP6, DNS6 -> candidate instanceof Inet6Address;
    };
  }

  static Multiaddr of(InetSocketAddress socket, Optional<PeerId> peer) {
    InetAddress address = socket.getAddress();
    Network network = address instanceof Inet4Address ? Network.IP4 : Network.IP6;
    String host = address.getHostAddress();
    int zone = host.indexOf('%');
    return new Multiaddr(
        network, zone < 0 ? host : host.substring(0, zone), socket.getPort(), peer);
  }

  /** Where a bound socket is reached: at each of this machine's addresses if it is bound to all. */
  static List<InetSocketAddress> reachable(InetSocketAddress bound) throws IOException {
    if (!bound.getAddress().isAnyLocalAddress()) {
      return List.of(bound);
    }
    List<InetSocketAddress> all = new ArrayList<>();
    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      network
          .inetAddresses()
          .filter(address -> !address.isLinkLocalAddress())
          .filter(
              address ->
                  address instanceof Inet4Address || bound.getAddress() instanceof Inet6Address)
          .forEach(address -> all.add(new InetSocketAddress(address, bound.getPort())));
    }
    return all;
  }
}
