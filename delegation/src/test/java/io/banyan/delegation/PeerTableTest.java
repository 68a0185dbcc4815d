package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerTableTest {
  private static final Prices PRICES = TestingManifests.prices(new LeafCost(1000, 1e9), 1, 64);

  private static PeerId peer(int number) {
    byte[] key = ByteBuffer.allocate(PublicKey.LENGTH).putInt(number).array();
    return new PeerId(new PublicKey(Bytes.of(key)));
  }

  private static List<PeerId> ids(List<Peer> peers) {
    return peers.stream().map(each -> each.id).toList();
  }

  @Test
  void noMorePeersAreKnownThanTheLimit() {
    PeerTable table = new PeerTable();
    for (int number = 0; number < PeerTable.PEERS_MAX; number++) {
      assertTrue(table.join(peer(number), PeerProfile.of(1, 0), 0).isPresent());
    }

    assertEquals(Optional.empty(), table.join(peer(PeerTable.PEERS_MAX), PeerProfile.of(1, 0), 0));
    assertTrue(table.join(peer(0), PeerProfile.of(2, 0), 0).isPresent());
    table.leave(peer(7));
    assertTrue(table.join(peer(PeerTable.PEERS_MAX), PeerProfile.of(1, 0), 0).isPresent());
  }

  @Test
  void aPeerThatLeftIsKnownUntilItsLastLeaseIsOver() {
    Lent first = PeerTest.lent(1, 1000);
    Lent second = PeerTest.lent(2, 1000);
    PeerTable table = new PeerTable();
    Peer ann = table.join(first.peer, PeerProfile.of(4, 0), 0).orElseThrow();
    ann.add(first, 0);
    ann.add(second, 0);

    assertEquals(Optional.of(ann), table.leave(ann.id));
    assertEquals(Optional.empty(), table.leave(ann.id));
    table.remove(first);
    assertEquals(Optional.of(ann), table.find(ann.id));
    assertFalse(ann.hasCredit());
    table.lost(second, 1);

    assertEquals(Optional.empty(), table.find(ann.id));
  }

  @Test
  void aPeerThatIsBackHoldsWhatItHeld() {
    Lent lent = PeerTest.lent(1, 1000);
    PeerTable table = new PeerTable();
    Peer ann = table.join(lent.peer, PeerProfile.of(1, 0), 0).orElseThrow();
    ann.add(lent, 0);
    ann.busy(true);
    table.leave(ann.id);

    assertEquals(Optional.of(ann), table.join(ann.id, PeerProfile.of(1, 0), 1));

    assertEquals(List.of(lent), ann.leases());
    assertTrue(ann.hasCredit());
    table.remove(lent);
    assertEquals(Optional.of(ann), table.find(ann.id));
  }

  @Test
  void theFasterPeerComesFirstAndEqualsInTheOrderOfTheirIds() {
    PeerTable table = new PeerTable();
    List<Peer> peers =
        List.of(
            table.join(peer(3), PeerProfile.of(2, 0), 0).orElseThrow(),
            table.join(peer(1), PeerProfile.of(2, 0), 0).orElseThrow(),
            table.join(peer(2), PeerProfile.of(8, 0), 0).orElseThrow());
    List<Peer> byId =
        peers.stream().sorted((one, other) -> Integer.compare(order(one), order(other))).toList();

    assertEquals(
        List.of(peer(2), peer(1), peer(3)),
        ids(table.inOrder(byId, Placement.FASTEST_FINISH, false, PRICES, 0)));
  }

  private static int order(Peer each) {
    return each.id.key().bytes().asByteBuffer().getInt();
  }

  @Test
  void roundRobinGoesOnAfterThePeerThatWasLentToLast() {
    PeerTable table = new PeerTable();
    Peer one = table.join(peer(1), PeerProfile.of(1, 0), 0).orElseThrow();
    Peer two = table.join(peer(2), PeerProfile.of(1, 0), 0).orElseThrow();
    Peer three = table.join(peer(3), PeerProfile.of(1, 0), 0).orElseThrow();

    table.lent(two);

    assertEquals(
        List.of(three, one, two),
        table.inOrder(List.of(one, two, three), Placement.ROUND_ROBIN, false, PRICES, 0));
  }

  private static PeerProfile in(String domain, long roundTripNanos) {
    return new PeerProfile(1, 0, List.of(), Optional.of(domain), roundTripNanos, 0, true);
  }

  @Test
  void ofEqualsThoseComeFirstWhoseTrustDomainHoldsLess() {
    PeerTable table = new PeerTable();
    Peer one = table.join(peer(1), in("10.0.0.0/24", 0), 0).orElseThrow();
    Peer two = table.join(peer(2), in("10.0.0.0/24", 0), 0).orElseThrow();
    Peer three = table.join(peer(3), in("10.0.1.0/24", 0), 0).orElseThrow();
    List<Peer> all = List.of(one, two, three);
    assertEquals(all, table.inOrder(all, Placement.FASTEST_FINISH, false, PRICES, 0));

    one.add(PeerTest.lent(1, 1), 0);

    assertEquals(
        List.of(three, two, one), table.inOrder(all, Placement.FASTEST_FINISH, false, PRICES, 0));
  }

  @Test
  void theLeastLoadedHasTheFewestLeasesForEachWorker() {
    PeerTable table = new PeerTable();
    Peer one = table.join(peer(1), PeerProfile.of(1, 0), 0).orElseThrow();
    Peer four = table.join(peer(2), PeerProfile.of(4, 0), 0).orElseThrow();
    one.add(PeerTest.lent(1, 1), 0);
    four.add(PeerTest.lent(2, 1), 0);
    four.add(PeerTest.lent(3, 1e12), 0);

    assertEquals(
        List.of(four, one),
        table.inOrder(List.of(one, four), Placement.LEAST_LOADED, false, PRICES, 0));
  }

  @Test
  void byAffinityWhoKnowsTheModuleComesFirst() {
    PeerTable table = new PeerTable();
    Peer fast = table.join(peer(1), PeerProfile.of(8, 0), 0).orElseThrow();
    Peer known = table.join(peer(2), PeerProfile.of(1, 0), 0).orElseThrow();
    known.familiar.worked(PRICES.wares(), PeerTest.lent(1, 1).place);

    assertEquals(
        List.of(known, fast),
        table.inOrder(List.of(fast, known), Placement.AFFINITY, false, PRICES, 0));
    assertEquals(
        List.of(fast, known),
        table.inOrder(List.of(fast, known), Placement.FASTEST_FINISH, false, PRICES, 0));
  }

  @Test
  void nearPeersComeBeforeFastOnesWhereThatIsWanted() {
    PeerTable table = new PeerTable();
    Peer unknown = table.join(peer(1), PeerProfile.of(9, 0), 0).orElseThrow();
    Peer far = table.join(peer(2), in("a", 90_000_000), 0).orElseThrow();
    Peer near = table.join(peer(3), in("b", 300_000), 0).orElseThrow();
    Peer alsoNear = table.join(peer(4), in("c", 900_000), 0).orElseThrow();

    assertEquals(
        List.of(near, alsoNear, far, unknown),
        table.inOrder(
            List.of(unknown, far, near, alsoNear), Placement.FASTEST_FINISH, true, PRICES, 0));
  }

  @Test
  void placementsAreReadAsTheyAreWritten() {
    for (Placement placement : Placement.values()) {
      assertEquals(placement, Placement.parse(placement.words()));
    }
    assertEquals(
        "'best' is none of fastest-finish, least-loaded, round-robin, affinity",
        assertThrows(IllegalArgumentException.class, () -> Placement.parse("best")).getMessage());
  }

  @Test
  void whoIsSuspectOrBusyIsNotOffered() {
    PeerTable table = new PeerTable();
    Peer one = table.join(peer(1), PeerProfile.of(1, 0), 0).orElseThrow();
    Peer two = table.join(peer(2), PeerProfile.of(1, 0), 0).orElseThrow();
    one.suspect();
    two.busy(true);

    assertEquals(
        List.of(), table.inOrder(List.of(one, two), Placement.FASTEST_FINISH, false, PRICES, 0));
    one.heard(1, 0);
    assertEquals(
        List.of(one), table.inOrder(List.of(one, two), Placement.FASTEST_FINISH, false, PRICES, 0));
  }
}
