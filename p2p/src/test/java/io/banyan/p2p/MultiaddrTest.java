package io.banyan.p2p;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
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
}
