package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.data.BytesSource;
import io.banyan.node.data.TreeCache;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Limits;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final int BLOCK = Limits.BLOCK_BYTES;

  private final byte[] bytes = new byte[5 * BLOCK + 7];
  private final BytesSource whole = new BytesSource(BlobRef.of(bytes), bytes, new TreeCache());

  @Test
  void holdsTheBlocksOfItsRangeAndNoOthers() {
    Window window = new Window(whole, new InputRange(BLOCK + 5, 3 * BLOCK + 1));

    assertTrue(window.holds(1, 4));
    assertTrue(window.holds(2, 3));
    assertFalse(window.holds(0, 2));
    assertFalse(window.holds(3, 5));
    assertThrows(IndexOutOfBoundsException.class, () -> window.prove(0, 1));
    assertEquals(whole.ref(), window.ref());
  }

  @Test
  void rangeThatEndsWithABlockDoesNotHoldTheNext() {
    Window window = new Window(whole, new InputRange(0, BLOCK));

    assertTrue(window.holds(0, 1));
    assertFalse(window.holds(0, 2));
  }

  @Test
  void lastBlockMayBeShort() {
    Window window = new Window(whole, new InputRange(5 * BLOCK, bytes.length));

    assertTrue(window.holds(5, 6));
    assertFalse(window.holds(4, 6));
  }
}
