package io.banyan.p2p.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.ViolationException;
import io.banyan.p2p.noise.XxPattern.Keys;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XxPatternTest {
  private static final byte[] NOTHING = {};

  private final XxPattern initiator = new XxPattern(true, NOTHING, DhKey.fresh(), DhKey.fresh());
  private final XxPattern responder = new XxPattern(false, NOTHING, DhKey.fresh(), DhKey.fresh());

  @ParameterizedTest
  @ValueSource(strings = {"cacophony", "snow"})
  void messagesAreThoseOfThePublishedVectors(String name) throws Exception {
    Vector vector = Vector.of(name);
    XxPattern[] sides = {
      new XxPattern(
          true, vector.bytes("prologue"), vector.key("init_static"), vector.key("init_ephemeral")),
      new XxPattern(
          false, vector.bytes("prologue"), vector.key("resp_static"), vector.key("resp_ephemeral")),
    };

    for (int i = 0; i < 3; i++) {
      byte[] message = sides[i % 2].write(vector.bytes(i + ".payload"));
      assertArrayEquals(vector.bytes(i + ".message"), message);
      assertArrayEquals(vector.bytes(i + ".payload"), sides[(i + 1) % 2].read(message));
    }

    assertArrayEquals(sides[0].hash(), sides[1].hash());
    assertArrayEquals(vector.key("init_static").publicKey(), sides[1].theirStatic());
    assertArrayEquals(vector.key("resp_static").publicKey(), sides[0].theirStatic());
    if (vector.has("handshake_hash")) {
      assertArrayEquals(vector.bytes("handshake_hash"), sides[0].hash());
    }
    Keys[] keys = {sides[0].keys().orElseThrow(), sides[1].keys().orElseThrow()};
    for (int i = 3; vector.has(i + ".payload"); i++) {
      byte[] plain = vector.bytes(i + ".payload");
      byte[] sealed = new byte[plain.length + CipherState.TAG_LENGTH];
      assertEquals(sealed.length, keys[i % 2].sending().seal(plain, 0, plain.length, sealed, 0));
      assertArrayEquals(vector.bytes(i + ".message"), sealed);

      byte[] opened = new byte[plain.length];
      assertEquals(plain.length, keys[(i + 1) % 2].receiving().open(sealed, sealed.length, opened));
      assertArrayEquals(plain, opened);
    }
  }

  @Test
  void everyChangedByteFailsTheHandshake() throws Exception {
    for (int changed = 0; changed < 3; changed++) {
      int length = transcript(-1, 0)[changed];
      for (int offset = 0; offset < length; offset++) {
        int message = changed;
        int at = offset;
        assertThrows(
            ViolationException.class, () -> transcript(message, at), message + " at " + at);
      }
    }
  }

  /** Runs a handshake with one byte changed on the way; answers the lengths of its messages. */
  private static int[] transcript(int changed, int offset) throws ViolationException {
    XxPattern[] sides = {
      new XxPattern(true, NOTHING, DhKey.fresh(), DhKey.fresh()),
      new XxPattern(false, NOTHING, DhKey.fresh(), DhKey.fresh()),
    };
    int[] lengths = new int[3];
    for (int i = 0; i < 3; i++) {
      byte[] message = sides[i % 2].write(new byte[] {1, 2, 3});
      lengths[i] = message.length;
      if (i == changed) {
        message[offset] ^= 1;
      }
      sides[(i + 1) % 2].read(message);
    }
    return lengths;
  }

  @Test
  void everyCutMessageFails() throws Exception {
    byte[] first = initiator.write(NOTHING);
    for (int length = 0; length < first.length; length++) {
      byte[] cut = Arrays.copyOf(first, length);
      assertThrows(
          ViolationException.class,
          () -> new XxPattern(false, NOTHING, DhKey.fresh(), DhKey.fresh()).read(cut));
    }
    assertThrows(ViolationException.class, () -> responder.read(new byte[31]));
  }

  /** The encodings of points whose order divides 8 (RFC 7748, section 6.1; cr.yp.to/ecdh.html). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
      })
  void aKeyOfSmallOrderIsRefused(String key) throws Exception {
    responder.read(HexFormat.of().parseHex(key));

    assertThrows(ViolationException.class, () -> responder.write(NOTHING));
  }

  @Test
  void messagesComeInTurn() throws Exception {
    assertThrows(IllegalStateException.class, () -> responder.write(NOTHING));
    assertThrows(ViolationException.class, () -> initiator.read(new byte[32]));

    responder.read(initiator.write(NOTHING));
    initiator.read(responder.write(NOTHING));
    assertTrue(initiator.writesNext());
    assertTrue(initiator.keys().isEmpty());
    responder.read(initiator.write(NOTHING));

    assertTrue(initiator.isDone() && responder.isDone());
    assertFalse(initiator.writesNext() || responder.writesNext());
    assertThrows(ViolationException.class, () -> initiator.read(NOTHING));
  }

  private record Vector(Properties properties, String name) {
    static Vector of(String name) throws IOException {
      Properties properties = new Properties();
      try (InputStream in = XxPatternTest.class.getResourceAsStream("noise-xx.properties")) {
        properties.load(in);
      }
      return new Vector(properties, name);
    }

    boolean has(String field) {
      return properties.containsKey(name + "." + field);
    }

    byte[] bytes(String field) {
      return HexFormat.of().parseHex(properties.getProperty(name + "." + field));
    }

    DhKey key(String field) {
      return DhKey.ofSecret(bytes(field));
    }
  }
}
