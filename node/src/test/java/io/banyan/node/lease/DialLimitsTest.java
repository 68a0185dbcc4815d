package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.node.TestingRun;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.PeerId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DialLimitsTest {
  private static final PeerId LENDER = peer(1);
  private static final PeerId ENTRY = peer(2);
  private static final Multiaddr OUTSIDE = Multiaddr.parse("/ip4/203.0.113.9/tcp/4001");
  private static final Multiaddr INSIDE = Multiaddr.parse("/ip4/127.0.0.1/tcp/4001");

  private final AtomicLong nowMillis = new AtomicLong(1_800_000_000_000L);
  private final DialLimits limits = new DialLimits(() -> Instant.ofEpochMilli(nowMillis.get()));

  private static PeerId peer(int number) {
    return TestingRun.identity(number).publicKey().peerId();
  }

  private static String at(String where, PeerId peer) {
    return where + "/p2p/" + peer;
  }

  private List<String> taken(PeerId lender, Multiaddr own, String... addresses) {
    return limits.take(lender, Set.of(ENTRY), List.of(addresses), List.of(own)).stream()
        .map(Multiaddr::toString)
        .toList();
  }

  private static String[] ports(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(port -> at("/ip4/198.51.100.7/tcp/" + port, ENTRY))
        .toArray(String[]::new);
  }

  @Test
  void onlyWhoStandsAboveTheLenderIsDialed() {
    String entry = at("/ip4/198.51.100.7/tcp/4001", ENTRY);

    assertEquals(
        List.of(entry),
        taken(
            LENDER,
            OUTSIDE,
            "/ip4/198.51.100.7/tcp/22",
            at("/ip4/198.51.100.7/tcp/23", peer(3)),
            at("/ip4/198.51.100.7/tcp/0", ENTRY),
            "no address",
            entry,
            entry));
  }

  @Test
  void neitherItselfNorItsOwnMachineIsDialed() {
    String[] near = {
      at("/ip4/127.0.0.1/tcp/22", ENTRY),
      at("/ip4/0.0.0.0/tcp/22", ENTRY),
      at("/ip4/169.254.169.254/tcp/80", ENTRY),
      at("/ip6/::1/tcp/22", ENTRY),
      at("/ip6/::ffff:127.0.0.1/tcp/22", ENTRY),
      at("/ip6/fe80::1/tcp/22", ENTRY),
      at("/dns4/localhost/tcp/22", ENTRY)
    };

    assertEquals(List.of(), taken(LENDER, OUTSIDE, near));
    assertEquals(List.of(), taken(LENDER, OUTSIDE, at("/ip4/203.0.113.9/tcp/4001", ENTRY)));
    assertEquals(List.of(near), taken(LENDER, INSIDE, near), "who is there is found there");
    assertEquals(List.of(), taken(LENDER, INSIDE, at("/ip4/127.0.0.1/tcp/4001", ENTRY)));
  }

  @Test
  void whatIsNearIsNotDialedHoweverItIsWritten() {
    List<String> places =
        List.of(
            "/ip4/127.000.000.001",
            "/ip4/000.0.0.0",
            "/ip4/0.0.0.1",
            "/ip6/0000:0000:0000:0000:0000:0000:0000:0001",
            "/ip6/00:0::1",
            "/ip6/0::127.0.0.1",
            "/ip6/0000::ffff:7f00:1",
            "/ip6/FE80::1",
            "/ip6/0000::",
            "/dns/localhost.",
            "/dns6/a.LocalHost.",
            "/dns/.",
            "/dns4/127.1",
            "/dns4/2130706433",
            "/dns/0x7f.1",
            "/dns/127.0.0.1.");

    for (String place : places) {
      assertEquals(List.of(), taken(LENDER, OUTSIDE, at(place + "/tcp/22", ENTRY)), place);
    }
    assertEquals(List.of(), taken(LENDER, OUTSIDE, at("/ip4/203.000.113.009/tcp/4001", ENTRY)));
    String[] far = {
      at("/ip6/64:ff9b::1/tcp/22", ENTRY),
      at("/ip6/2001:db8::1/tcp/22", ENTRY),
      at("/dns/node7.example./tcp/22", ENTRY)
    };
    assertEquals(List.of(far), taken(LENDER, OUTSIDE, far));
  }

  @Test
  void whoIsFoundAtAllHisAddressesIsNotFoundNear() {
    for (String all : List.of("/ip4/0.0.0.0", "/ip6/::", "/ip6/0:0::")) {
      Multiaddr own = Multiaddr.parse(all + "/tcp/4001");
      assertEquals(List.of(), taken(LENDER, own, at("/ip4/127.0.0.1/tcp/22", ENTRY)), all);
    }
  }

  @Test
  void aLenderHasSoManyDialsAMinute() {
    int most = DialLimits.OF_LENDER_A_MINUTE_MAX;

    assertEquals(most, taken(LENDER, OUTSIDE, ports(1, most + 5)).size());
    assertEquals(0, taken(LENDER, OUTSIDE, ports(100, 1)).size());
    nowMillis.addAndGet(60_000);
    assertEquals(1, taken(LENDER, OUTSIDE, ports(100, 1)).size());
  }

  @Test
  void allLendersTogetherHaveSoMany() {
    int most = DialLimits.A_MINUTE_MAX;
    int each = DialLimits.OF_LENDER_A_MINUTE_MAX;
    for (int i = 0; i < most / each; i++) {
      assertEquals(each, taken(peer(10 + i), OUTSIDE, ports(1 + i * each, each)).size());
    }

    assertEquals(0, taken(peer(50), OUTSIDE, ports(1000, 1)).size());
  }

  @Test
  void whereNobodyAnsweredIsLeftAloneForAWhile() {
    String[] one = ports(4001, 1);
    assertEquals(List.of(one), taken(LENDER, OUTSIDE, one));

    limits.failed(Multiaddr.parse(one[0]));

    assertEquals(List.of(), taken(LENDER, OUTSIDE, one));
    nowMillis.addAndGet(DialLimits.FAILURE_KEPT.toMillis());
    assertEquals(List.of(one), taken(LENDER, OUTSIDE, one));
  }
}
