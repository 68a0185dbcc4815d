package io.banyan.p2p.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.ViolationException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CipherStateTest {
  private final CipherState sending = new CipherState(new byte[32], 0);
  private final CipherState receiving = new CipherState(new byte[32], 0);

  private byte[] sealed(int length) throws ViolationException {
    byte[] sealed = new byte[length + CipherState.TAG_LENGTH];
    sending.seal(new byte[length], 0, length, sealed, 0);
    return sealed;
  }

  @Test
  void theLongestMessageOpens() throws ViolationException {
    byte[] sealed = sealed(CipherState.PLAIN_LENGTH_MAX);
    byte[] plain = new byte[CipherState.PLAIN_LENGTH_MAX];
    Arrays.fill(plain, (byte) 7);

    assertEquals(65_535, sealed.length);
    assertEquals(plain.length, receiving.open(sealed, sealed.length, plain));
    assertArrayEquals(new byte[plain.length], plain);
  }

  @Test
  void aMessageOpensOnceAndInItsPlace() throws ViolationException {
    byte[] first = sealed(10);
    byte[] second = sealed(10);

    assertThrows(ViolationException.class, () -> receiving.open(second, 26, new byte[10]));
    receiving.open(second, 26, new byte[10]); // The failed attempt has used up the first place.
    assertThrows(ViolationException.class, () -> receiving.open(first, 26, new byte[10]));
  }

  @Test
  void everyChangedBitIsSeen() throws ViolationException {
    for (int bit = 0; bit < 8 * (3 + CipherState.TAG_LENGTH); bit++) {
      byte[] sealed = sealed(3);
      sealed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThrows(ViolationException.class, () -> receiving.open(sealed, 19, new byte[3]));
    }
  }

  @Test
  void aMessageShorterThanItsTagIsRefused() {
    ViolationException refused =
        assertThrows(ViolationException.class, () -> receiving.open(new byte[15], 15, new byte[0]));

    assertEquals("a sealed message is 15 bytes long, less than its tag", refused.getMessage());
  }

  @Test
  void theLastCountIsNeverUsed() throws ViolationException {
    CipherState old = new CipherState(new byte[32], -2);
    old.seal(new byte[1], 0, 1, new byte[17], 0);

    ViolationException refused =
        assertThrows(ViolationException.class, () -> old.seal(new byte[1], 0, 1, new byte[17], 0));
    assertTrue(refused.getMessage().contains("2^64 - 1 messages"), refused.getMessage());
    assertThrows(ViolationException.class, () -> old.open(new byte[17], 17, new byte[1]));
  }
}
