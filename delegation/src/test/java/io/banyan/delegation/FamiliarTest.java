package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.UniformCuts;
import org.junit.jupiter.api.Test;

class FamiliarTest {
  private static final Digest INPUT = TestingManifests.link(1);

  private static Wares wares(int module) {
    return new Wares(Digest.sha256(new byte[] {(byte) (module >> 8), (byte) module}), 1, INPUT);
  }

  private static Place place(int from, int to) {
    return new Place(
        null, new Footing.Cells(new UniformCuts(1 << 20, 1)), new Interval(from, to), 4);
  }

  @Test
  void whatOverlapsItsRangesIsKnown() {
    Familiar familiar = new Familiar();

    familiar.worked(wares(0), place(16, 32));

    assertTrue(familiar.knows(wares(0)));
    assertTrue(familiar.knows(wares(1), new Interval(0, 17))); // the bytes, whatever the module
    assertFalse(familiar.knows(wares(0), new Interval(0, 16)));
    assertFalse(familiar.knows(wares(0), new Interval(32, 48)));
    assertFalse(
        familiar.knows(new Wares(INPUT, 1, TestingManifests.link(2)), new Interval(16, 32)));
  }

  @Test
  void noMoreIsRememberedThanTheLimits() {
    Familiar familiar = new Familiar();
    for (int module = 0; module <= Familiar.MODULES_MAX; module++) {
      familiar.worked(wares(module), place(module, module + 1));
    }

    assertFalse(familiar.knows(wares(0)));
    assertTrue(familiar.knows(wares(1)));
    assertFalse(familiar.knows(wares(0), new Interval(0, 1)));
    assertTrue(familiar.knows(wares(0), new Interval(1, 2)));
  }
}
