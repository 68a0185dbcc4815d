package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerIdTest {
  /** The Ed25519 test vector of the libp2p specification, "Peer Ids and Keys". */
  private static final String KEY =
      "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

  private static final String PEER_ID = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

  @Test
  void theSpecificationsKeyHasTheSpecificationsPeerId() {
    PublicKey key = new PublicKey(Bytes.of(HexFormat.of().parseHex(KEY)));

    assertEquals(PEER_ID, key.peerId().toString());
    assertEquals(key.peerId(), PeerId.parse(PEER_ID));
    assertEquals("002408011220" + KEY, HexFormat.of().formatHex(key.peerId().multihash()));
  }

  @Property(tries = 200)
  void everyPeerIdIsReadAsItIsWritten(@ForAll("keys") PublicKey key) {
    assertEquals(key.peerId(), PeerId.parse(key.peerId().toString()));
  }

  @Provide
  Arbitrary<PublicKey> keys() {
    return SchemaArbitraries.keys();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "12D3KooW",
        // one digit fewer, one more, one that base58 does not have
        "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p",
        "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pqq",
        "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p0",
        // an RSA key's, from the same specification
        "QmTFHv93kmTwhuAZ5jPMxVJYnyuA1zwQqMR8vhDnXh4DiF"
      })
  void whatNamesNoEd25519KeyIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> PeerId.parse(text));
  }

  @Test
  void aLongTextIsRefusedUnread() {
    assertThrows(IllegalArgumentException.class, () -> PeerId.parse("1".repeat(1 << 20)));
  }
}
