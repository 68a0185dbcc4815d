package io.banyan.p2p;

import static io.banyan.p2p.TestingHosts.LONG;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.PeerId;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holds this libp2p to another one: js-libp2p, as its authors publish it. */
@Timeout(120)
class JsInteropTest {
  private static final String DIGEST = "/test/digest/1";
  private static final String ECHO = "/test/echo/1";
  private static final int BULK_BYTES = 64 << 20;

  private static JsPeer js;
  private static PeerId theirs;
  private static int identities;

  private final TestingHosts hosts = new TestingHosts();
  private final CountDownLatch connected = new CountDownLatch(1);
  private Host host;

  @BeforeAll
  static void startJs() throws Exception {
    js = JsPeer.start();
    theirs = js.address().peer().orElseThrow();
  }

  @AfterAll
  static void endJs() throws Exception {
    if (js != null) { // where it is not installed, the tests are skipped
      js.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    host = hosts.open(++identities); // js-libp2p remembers whom it has met
    host.watch(TestingHosts.counting(connected));
    host.handle(
        DIGEST,
        4,
        stream -> {
          MessageDigest sha256 = sha256();
          byte[] buffer = new byte[1 << 16];
          for (int count = stream.input().read(buffer); count >= 0; ) {
            sha256.update(buffer, 0, count);
            count = stream.input().read(buffer);
          }
          stream.output().write(sha256.digest());
        });
  }

  @AfterEach
  void end() {
    hosts.close();
  }

  @Test
  void thisSideDials() throws Exception {
    host.connect(js.address(), LONG);

    assertTrue(connected.await(20, SECONDS));
    talk();
  }

  @Test
  void theOtherSideDials() throws Exception {
    String answer = js.command("dial " + host.addresses().getFirst());

    assertEquals(host.id().toString(), JsPeer.text(answer, "peer"), answer);
    assertEquals("/noise", JsPeer.text(answer, "encryption"));
    assertEquals("/yamux/1.0.0", JsPeer.text(answer, "muxer"));
    assertTrue(connected.await(20, SECONDS));
    talk();
  }

  @Test
  void theOtherSideSeesThatItDialedTheWrongPeer() throws Exception {
    Multiaddr place = host.addresses().getFirst();
    PeerId other = TestingHosts.identity(9).publicKey().peerId();

    String answer =
        js.command("dial " + place.toString().replace(host.id().toString(), other.toString()));

    assertTrue(JsPeer.text(answer, "error").contains("does not match expected"), answer);
  }

  private void talk() throws Exception {
    identify();
    ping();
    thisSideUploads();
    theOtherSideUploads();
    echo();
    unknownProtocols();
    assertEquals(1, host.connections().size());
  }

  private void identify() throws Exception {
    Identify said = ((NettyHost) host).identity(theirs, LONG);
    assertTrue(said.protocols().contains(DIGEST), said.toString());
    assertTrue(said.protocols().contains(Ping.PROTOCOL), said.toString());
    assertTrue(said.agent().startsWith("js-libp2p/"), said.agent());

    String heard = js.command("identify " + host.id());
    assertTrue(heard.contains(DIGEST) && heard.contains(Ping.PROTOCOL), heard);
    assertEquals("banyan/test", JsPeer.text(heard, "agent"));
  }

  private void ping() throws Exception {
    byte[] bytes = HexFormat.of().parseHex("00112233445566778899aabbccddeeff".repeat(2));
    try (P2pStream stream = host.open(theirs, Ping.PROTOCOL, LONG)) {
      for (int i = 0; i < 3; i++) {
        stream.output().write(bytes);
        stream.output().flush();
        assertArrayEquals(bytes, stream.input().readNBytes(32));
      }
    }
    // More often than the two streams that may be open at once: each is closed behind its ping.
    for (int i = 0; i < 5; i++) {
      String answer = js.command("ping " + host.id());
      assertTrue(answer.contains("millis"), answer);
    }
  }

  private void thisSideUploads() throws Exception {
    try (P2pStream stream = host.open(theirs, DIGEST, LONG)) {
      for (int from = 0; from < BULK_BYTES; from += 1 << 16) {
        stream.output().write(pattern(from, 1 << 16));
      }
      stream.closeWrite();

      assertArrayEquals(patternDigest(), stream.input().readAllBytes());
    }
  }

  private void theOtherSideUploads() throws Exception {
    String answer = js.command("upload " + host.id() + " " + BULK_BYTES);

    assertEquals(HexFormat.of().formatHex(patternDigest()), JsPeer.text(answer, "digest"));
  }

  private void echo() throws Exception {
    byte[] bytes = pattern(7, 100_000);
    try (P2pStream stream = host.open(theirs, ECHO, LONG)) {
      stream.output().write(bytes);
      stream.output().flush();
      // An end that comes with the proposal itself is lost on the other side now and then.
      byte[] first = stream.input().readNBytes(1000);
      assertArrayEquals(Arrays.copyOf(bytes, 1000), first);
      stream.closeWrite();
      byte[] rest = stream.input().readAllBytes();
      assertArrayEquals(Arrays.copyOfRange(bytes, 1000, bytes.length), rest);
    }
  }

  private void unknownProtocols() throws Exception {
    IOException refused =
        assertThrows(IOException.class, () -> host.open(theirs, "/test/nobody/1", LONG));
    assertTrue(refused.getMessage().contains("/test/nobody/1"), refused.getMessage());

    String answer = js.command("refused " + host.id());
    assertEquals("UnsupportedProtocolError", JsPeer.text(answer, "error"));
    assertFalse(host.rejections().byReason().isEmpty());
  }

  private static byte[] pattern(int from, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ((from + i) % 251);
    }
    return bytes;
  }

  private static byte[] patternDigest() throws Exception {
    MessageDigest sha256 = sha256();
    for (int from = 0; from < BULK_BYTES; from += 1 << 16) {
      sha256.update(pattern(from, 1 << 16));
    }
    return sha256.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
