package io.banyan.node.lease;

import io.banyan.p2p.Multiaddr;
import io.banyan.schema.PeerId;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the addresses that a lender gave are dialed. They are his word, and he may want this
 * node to knock at others' doors, or to learn which of them are open: so only those are dialed that
 * name a peer who stands above him, few of them in a minute, and none at this very machine, or
 * beside it, unless this node is found there too.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class DialLimits {
  /** As many addresses as one lease may carry. */
  static final int OF_LENDER_A_MINUTE_MAX = 16;

  /** Whoever has many keys is many lenders. */
  static final int A_MINUTE_MAX = 64;

  /** What did not answer is left alone for so long: a sixth of what an orphan has. */
  static final Duration FAILURE_KEPT = Duration.ofSeconds(10);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final List<Dial> dials = new ArrayList<>(); // of the last minute
  private final Map<String, Long> failedUntilMillis = new LinkedHashMap<>(); // the oldest first

  private record Dial(PeerId lender, long millis) {}

  DialLimits(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Those of {@code addresses} that may be dialed now; it is counted that they are.
   *
   * @param lender who gave them
   * @param wanted whom they may lead to
   * @param own where this node is found
   */
  synchronized List<Multiaddr> take(
      PeerId lender, Set<PeerId> wanted, List<String> addresses, Collection<Multiaddr> own) {
    long now = clock.millis();
    dials.removeIf(dial -> Math.abs(now - dial.millis) >= MINUTE.toMillis());
    forgetFailures(now);
    long ofLender = dials.stream().filter(dial -> dial.lender.equals(lender)).count();
    List<Multiaddr> taken = new ArrayList<>();
    for (String text : new LinkedHashSet<>(addresses)) {
      if (dials.size() < A_MINUTE_MAX
          && ofLender < OF_LENDER_A_MINUTE_MAX
          && !failedUntilMillis.containsKey(text)
          && mayBeDialed(text, wanted, own)) {
        taken.add(Multiaddr.parse(text));
        dials.add(new Dial(lender, now));
        ofLender++;
      }
    }
    return taken;
  }

  private void forgetFailures(long now) {
    Iterator<Long> until = failedUntilMillis.values().iterator();
    while (until.hasNext() && until.next() <= now) {
      until.remove();
    }
  }

  private static boolean mayBeDialed(String text, Set<PeerId> wanted, Collection<Multiaddr> own) {
    Multiaddr address;
    try {
      address = Multiaddr.parse(text);
    } catch (IllegalArgumentException e) {
      return false; // what a lender says need not be an address
    }
    boolean isWanted = address.peer().filter(wanted::contains).isPresent() && address.port() > 0;
    boolean isOwn =
        own.stream()
            .anyMatch(each -> place(each).equals(place(address)) && each.port() == address.port());
    boolean isNear = isNear(address);
    return isWanted && !isOwn && (!isNear || own.stream().anyMatch(DialLimits::isFoundNear));
  }

  /** One text for one host, however it was written; nothing is looked up. */
  private static String place(Multiaddr address) {
    return literal(address).map(InetAddress::getHostAddress).orElseGet(() -> name(address));
  }

  /** Empty if the host is a name, or is no address to the JDK. */
  private static Optional<InetAddress> literal(Multiaddr address) {
    try {
      return switch (address.network()) {
        case IP4 -> Optional.of(Inet4Address.ofLiteral(address.host()));
        case IP6 -> Optional.of(Inet6Address.ofLiteral(address.host())); // IPv4 if it is mapped
        case DNS, DNS4, DNS6 -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String name(Multiaddr address) {
    String host = address.host().toLowerCase(Locale.ROOT);
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /**
   * Whether an address means this machine, or what is plugged into it, to whoever dials it; what
   * nobody can tell counts as if it did. Of a name nobody knows before it is looked up, but for the
   * one that always does, and for those that resolvers take for numbers: no domain ends in one.
   */
  private static boolean isNear(Multiaddr address) {
    return switch (address.network()) {
      case IP4, IP6 -> literal(address).map(DialLimits::isNear).orElse(true);
      case DNS, DNS4, DNS6 -> {
        String name = name(address);
        String last = name.substring(name.lastIndexOf('.') + 1);
        yield last.isEmpty() || Character.isDigit(last.charAt(0)) || last.equals("localhost");
      }
    };
  }

  /** Of IPv4 all of 0.0.0.0/8 is this network (RFC 1122), of IPv6 ::/16 has forms of IPv4. */
  private static boolean isNear(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean isZero = bytes[0] == 0 && (bytes.length == 4 || bytes[1] == 0);
    return isZero || address.isLoopbackAddress() || address.isLinkLocalAddress();
  }

  /** Whether a node that says it is found here says so of this machine, and not of all its ways. */
  private static boolean isFoundNear(Multiaddr own) {
    return isNear(own) && literal(own).filter(InetAddress::isAnyLocalAddress).isEmpty();
  }

  /** Nobody answered at {@code address}, or somebody else did. */
  synchronized void failed(Multiaddr address) {
    failedUntilMillis.put(address.toString(), clock.millis() + FAILURE_KEPT.toMillis());
  }
}
