package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.banyan.p2p.Multiaddr;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustDomainTest {
  private static Optional<String> of(String address) {
    return TrustDomain.of(Multiaddr.parse(address));
  }

  @ParameterizedTest
  @CsvSource({
    "/ip4/127.0.2.1/tcp/1, 127.0.2.0/24",
    "/ip4/203.0.113.255/tcp/1, 203.0.113.0/24",
    "/ip6/::ffff:203.0.113.9/tcp/1, 203.0.113.0/24",
    "/ip6/2001:db8:5::1/tcp/1, 20010db80005/48"
  })
  void aDomainIsTheNetworkOfOneCustomer(String address, String domain) {
    assertEquals(Optional.of(domain), of(address));
  }

  @Test
  void aNameHasNoDomain() {
    assertEquals(Optional.empty(), of("/dns4/example.org/tcp/1"));
    assertNotEquals(of("/ip4/10.0.0.1/tcp/1"), of("/ip4/10.0.1.1/tcp/1"));
  }
}
