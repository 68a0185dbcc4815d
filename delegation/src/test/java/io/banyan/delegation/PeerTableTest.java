package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerTableTest {
  private static final Prices PRICES = new Prices(new LeafCost(1000, 1e9), 1, 64);

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
      assertTrue(table.join(peer(number), 1, 0, 0).isPresent());
    }

    assertEquals(Optional.empty(), table.join(peer(PeerTable.PEERS_MAX), 1, 0, 0));
    assertTrue(table.join(peer(0), 2, 0, 0).isPresent());
    table.leave(peer(7));
    assertTrue(table.join(peer(PeerTable.PEERS_MAX), 1, 0, 0).isPresent());
  }

  @Test
  void aPeerThatLeftIsKnownUntilItsLastLeaseIsOver() {
    Lent first = PeerTest.lent(1, 1000);
    Lent second = PeerTest.lent(2, 1000);
    PeerTable table = new PeerTable();
    Peer ann = table.join(first.peer, 4, 0, 0).orElseThrow();
    ann.add(first, 0);
    ann.add(second, 0);

    assertEquals(Optional.of(ann), table.leave(ann.id));
    assertEquals(Optional.empty(), table.leave(ann.id));
    table.remove(first);
    assertEquals(Optional.of(ann), table.find(ann.id));
    assertFalse(ann.hasCredit());
    table.ended(second, Peer.Work.NONE, 1);

    assertEquals(Optional.empty(), table.find(ann.id));
  }

  @Test
  void aPeerThatIsBackHoldsWhatItHeld() {
    Lent lent = PeerTest.lent(1, 1000);
    PeerTable table = new PeerTable();
    Peer ann = table.join(lent.peer, 1, 0, 0).orElseThrow();
    ann.add(lent, 0);
    ann.busy(true);
    table.leave(ann.id);

    assertEquals(Optional.of(ann), table.join(ann.id, 1, 0, 1));

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
            table.join(peer(3), 2, 0, 0).orElseThrow(),
            table.join(peer(1), 2, 0, 0).orElseThrow(),
            table.join(peer(2), 8, 0, 0).orElseThrow());
    List<Peer> byId =
        peers.stream().sorted((one, other) -> Integer.compare(order(one), order(other))).toList();

    assertEquals(
        List.of(peer(2), peer(1), peer(3)),
        ids(table.inOrder(byId, Placement.FASTEST_FINISH, PRICES)));
  }

  private static int order(Peer each) {
    return each.id.key().bytes().asByteBuffer().getInt();
  }

  @Test
  void roundRobinGoesOnAfterThePeerThatWasLentToLast() {
    PeerTable table = new PeerTable();
    Peer one = table.join(peer(1), 1, 0, 0).orElseThrow();
    Peer two = table.join(peer(2), 1, 0, 0).orElseThrow();
    Peer three = table.join(peer(3), 1, 0, 0).orElseThrow();

    table.lent(two);

    assertEquals(
        List.of(three, one, two),
        table.inOrder(List.of(one, two, three), Placement.ROUND_ROBIN, PRICES));
  }

  @Test
  void whoIsSuspectOrBusyIsNotOffered() {
    PeerTable table = new PeerTable();
    Peer one = table.join(peer(1), 1, 0, 0).orElseThrow();
    Peer two = table.join(peer(2), 1, 0, 0).orElseThrow();
    one.suspect();
    two.busy(true);

    assertEquals(List.of(), table.inOrder(List.of(one, two), Placement.FASTEST_FINISH, PRICES));
    one.heard(1, 0);
    assertEquals(List.of(one), table.inOrder(List.of(one, two), Placement.FASTEST_FINISH, PRICES));
  }
}
