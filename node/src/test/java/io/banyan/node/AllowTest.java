package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.PublicKey;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllowTest {
  private static final PublicKey ONE = TestingRun.identity(1).publicKey();
  private static final PublicKey TWO = TestingRun.identity(2).publicKey();

  @Test
  void keysAreReadAsTheyAreShown() {
    Allow both = Allow.parse(ONE + ", " + TWO);

    assertEquals(new Allow.Keys(List.of(ONE, TWO)), both);
    assertEquals(both, Allow.parse(both.words()));
    assertTrue(both.allows(TWO));
    assertFalse(Allow.only(ONE).allows(TWO));
  }

  @Test
  void anyIsEverybody() {
    assertTrue(Allow.parse("any").allows(ONE));
    assertEquals("any", Allow.parse("any").words());
  }

  @Test
  void whatIsNoKeyIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Allow.parse(""));
    assertThrows(IllegalArgumentException.class, () -> Allow.parse(ONE + ","));
    assertThrows(IllegalArgumentException.class, () -> Allow.parse("everybody"));
  }

  @Test
  void listOfKeysHasALimit() {
    List<PublicKey> most = Collections.nCopies(Allow.KEYS_MAX, ONE);

    assertEquals(most, new Allow.Keys(most).keys());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Allow.Keys(Collections.nCopies(Allow.KEYS_MAX + 1, ONE)));
  }
}
