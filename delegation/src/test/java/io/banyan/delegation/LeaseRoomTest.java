package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Manifest;
import io.banyan.schema.SplitRule;
import io.banyan.trust.LeaseShare;
import org.junit.jupiter.api.Test;

class LeaseRoomTest {
  private static final int FEW = 4096;
  private static final int MANY = 16 * LeaseShare.ALL;

  private static LeaseRoom ofJob(int cells) {
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByIndex(cells), 0, BlobRef.EMPTY, 60_000, 1);
    Task task =
        TestingManifests.task(TestingManifests.link(1), manifest, manifest.cutsBySize(), true);
    return new LeaseRoom(task, cells);
  }

  @Test
  void aTaskRestsOnNoMoreLeasesThanTheLimit() {
    LeaseRoom room = ofJob(FEW);
    int atATime = 64;
    int most = LeaseShare.below(FEW, FEW) + 1;

    for (int lease = 0; lease < most; lease += atATime) {
      assertTrue(room.mayRestOn(atATime - 1));
      room.restOn(atATime - 1);
    }

    assertFalse(room.hasAny());
    assertFalse(room.mayRestOn(0));
  }

  @Test
  void whereThereAreMoreLeasesThanLeavesEachMayBeLent() {
    LeaseRoom room = ofJob(FEW);

    for (int leaf = 0; leaf < FEW; leaf++) {
      assertTrue(room.has(1, FEW - leaf));
      room.lent(1);
      room.lent(1); // to another peer too
    }
  }

  /** One lease for every 16 leaves: what is smaller takes from those that are still to be lent. */
  @Test
  void whereThereAreFewerLeasesThanLeavesSmallOnesAreNotLent() {
    LeaseRoom room = ofJob(MANY);

    assertTrue(room.has(16, MANY));
    room.lent(1); // what is left over where the others are not a round number
    assertTrue(room.has(16, MANY - 1));
    assertFalse(room.has(1, MANY - 1));
  }

  @Test
  void whatLargeLeasesDidNotNeedIsForSmallOnes() {
    LeaseRoom room = ofJob(MANY);
    room.lent(256);
    room.lent(1); // what is left over
    assertFalse(room.has(1, MANY - 257));

    room.ended(256);
    room.restOn(3); // it might have been 15

    int small = 1;
    while (room.has(1, MANY - 256 - small)) {
      room.lent(1);
      small++;
    }
    assertEquals(1 + 12, small); // their own share of 16 is not one lease
  }

  @Test
  void aLeaseRestsOnNoMoreThanItsShare() {
    LeaseRoom room = ofJob(MANY);

    assertEquals(15, LeaseShare.below(256, MANY));
    assertTrue(room.isShare(256, 15));
    assertFalse(room.isShare(256, 16));
  }
}
