package io.banyan.p2p;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.schema.Bytes;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiaddrTest {
  private static final String PEER = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

  @Test
  void namesHostPortAndPeer() {
    Multiaddr address = Multiaddr.parse("/ip4/127.0.1.1/tcp/4001/p2p/" + PEER);

    assertEquals(Multiaddr.Network.IP4, address.network());
    assertEquals("127.0.1.1", address.host());
    assertEquals(4001, address.port());
    assertEquals(PEER, address.peer().orElseThrow().toString());
  }

  @Test
  void aPeerNeedNotBeNamed() {
    assertEquals(Optional.empty(), Multiaddr.parse("/dns4/node.example/tcp/0").peer());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /ip4/127.0.0.1          | '/ip4/127.0.0.1' is not of the form
          /ip4/127.0.0.1/udp/1    | '/ip4/127.0.0.1/udp/1' is not of the form
          /ip4/300.0.0.1/tcp/1    | '300.0.0.1' is no ip4 host
          /ip4/127.0.0.1/tcp/x    | 'x' in '/ip4/127.0.0.1/tcp/x' is no port
          /ip4/127.0.0.1/tcp/+80  | '+80' in '/ip4/127.0.0.1/tcp/+80' is no port
          /ip4/127.0.0.1/tcp/٣    | '٣' in '/ip4/127.0.0.1/tcp/٣' is no port
          /ip4/127.0.0.1/tcp/     | '' in '/ip4/127.0.0.1/tcp/' is no port
          /ip6/::::/tcp/1         | '::::' is no ip6 host
          /ip6/1:2:3:4:5:6:7/tcp/1| '1:2:3:4:5:6:7' is no ip6 host
          /ip6/127.0.0.1/tcp/1    | '127.0.0.1' is no ip6 host
          /ip6/12345::/tcp/1      | '12345::' is no ip6 host
          /ip4/127.0.0.1/tcp/70000| port 70000 is not between 0 and 65535
          /onion/abc/tcp/1        | 'onion' in '/onion/abc/tcp/1' is none of
          127.0.0.1:4001          | '127.0.0.1:4001' is not of the form
          /ip4/127.0.0.1/tcp/1/p2p/12D3 | '12D3' is not the peer id
          """)
  void anAddressThatBreaksARuleIsRefusedByName(String text, String sentence) {
    var refused = assertThrows(IllegalArgumentException.class, () -> Multiaddr.parse(text));

    assertEquals(sentence, refused.getMessage().substring(0, sentence.length()));
  }

  @Property
  void whatIsWrittenReadsBack(
      @ForAll @IntRange(max = 255) int last, @ForAll @IntRange(max = 65535) int port) {
    String text = "/ip4/10.0.0." + last + "/tcp/" + port + "/p2p/" + PEER;

    assertEquals(text, Multiaddr.parse(text).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /ip4/127.0.0.1/tcp/4001   | 04 7f000001 06 0fa1
          /ip6/::1/tcp/0            | 29 00000000000000000000000000000001 06 0000
          /dns/a.example/tcp/1      | 35 09 612e6578616d706c65 06 0001
          /dns4/a.example/tcp/1     | 36 09 612e6578616d706c65 06 0001
          /dns6/a.example/tcp/65535 | 37 09 612e6578616d706c65 06 ffff
          """)
  void peersExchangeTheBinaryForm(String text, String hex) {
    Bytes bytes = Bytes.of(HexFormat.of().parseHex(hex.replace(" ", "")));

    assertEquals(bytes, Multiaddr.parse(text).encode());
    assertEquals(Optional.of(Multiaddr.parse(text)), Multiaddr.decode(bytes));
  }

  @Test
  void thePeerStandsBehindThePortAsItsMultihash() {
    Multiaddr address = Multiaddr.parse("/ip4/1.2.3.4/tcp/5/p2p/" + PEER);

    String hex = HexFormat.of().formatHex(address.encode().toArray());

    String multihash = HexFormat.of().formatHex(address.peer().orElseThrow().multihash());
    assertEquals("0401020304" + "060005" + "a503" + "26" + multihash, hex);
    assertEquals(Optional.of(address), Multiaddr.decode(address.encode()));
  }

  @ParameterizedTest
  @CsvSource({
    "'', nothing",
    "0401020304, no port",
    "04010203040600, half a port",
    "04010203049102000f, udp",
    "040102030406000fcd03, quic behind tcp",
    "040102030406000fa50300, a peer without bytes",
    "040102030406000fa503ffffffffffffffff7f, a peer of endless length",
    "040102030406000fdd03, ws behind tcp",
    "3500060001, a name without letters",
    "3502612f060001, a name with a slash",
    "060001, a port alone",
    "8400010203040600ff, a number longer than it needs to be"
  })
  void anythingElseIsNoAddressForUs(String hex, String what) {
    assertEquals(Optional.empty(), Multiaddr.decode(Bytes.of(HexFormat.of().parseHex(hex))), what);
  }

  @Property
  void noBytesMakeTheDecoderFail(@ForAll byte[] bytes) {
    Multiaddr.decode(Bytes.of(bytes))
        .ifPresent(address -> assertEquals(Bytes.of(bytes), address.encode()));
  }

  @Property
  void anIp6AddressKeepsItsBytes(@ForAll @Size(8) List<@From("groups") Integer> groups) {
    ByteBuffer raw = ByteBuffer.allocate(16);
    groups.forEach(group -> raw.putShort(group.shortValue()));

    String text = Ip6.text(raw.array());

    assertArrayEquals(raw.array(), Ip6.parse(text).orElseThrow(), text);
    assertEquals(-1, text.indexOf(":::"), text);
  }

  /** Mostly zeros, which are what the short form is about. */
  @Provide
  Arbitrary<Integer> groups() {
    return Arbitraries.frequencyOf(
        Tuple.of(2, Arbitraries.just(0)), Tuple.of(1, Arbitraries.integers().between(0, 0xFFFF)));
  }

  @ParameterizedTest
  @CsvSource({
    "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
    "0:0:0:0:0:0:0:0, ::",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3",
    "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
    "0:0:1:0:0:1:1:1, ::1:0:0:1:1:1",
    "::ffff:1.2.3.4, ::ffff:102:304"
  })
  void theShortFormOfAnIp6AddressIsRfc5952(String text, String shortForm) {
    assertEquals(shortForm, Ip6.text(Ip6.parse(text).orElseThrow()));
  }
}
