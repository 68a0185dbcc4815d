package io.banyan.p2p;

import static io.banyan.p2p.TestingHosts.LONG;
import static io.banyan.p2p.TestingHosts.connect;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostStreamsTest {
  private static final String ECHO = "/test/echo/1";

  private final TestingHosts hosts = new TestingHosts();

  @AfterEach
  void closeHosts() {
    hosts.close();
  }

  @Test
  void streamsGoBothWaysOnOneConnection() throws Exception {
    Host alice = hosts.open(1);
    Host bob = hosts.open(2);
    for (Host host : new Host[] {alice, bob}) {
      host.handle(ECHO, 4, stream -> stream.input().transferTo(stream.output()));
    }
    connect(alice, bob);

    byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(hello, echo(alice, bob, hello));
    assertArrayEquals(hello, echo(bob, alice, hello));

    assertEquals(1, alice.connections().size());
    assertEquals(bob.id(), alice.connections().getFirst().peer());
  }

  private static byte[] echo(Host from, Host to, byte[] bytes) throws Exception {
    try (P2pStream stream = from.open(to.id(), ECHO, LONG)) {
      stream.output().write(bytes);
      stream.closeWrite();
      return stream.input().readAllBytes();
    }
  }
}
