package io.banyan.node.data;

import static io.banyan.node.data.TestingTransfer.CLIENT;
import static io.banyan.node.data.TestingTransfer.LINK;
import static io.banyan.node.data.TestingTransfer.QUICK;
import static io.banyan.node.data.TestingTransfer.SERVER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Named;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Refused;
import io.banyan.schema.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class EvidenceTransferTest {
  private static final int ENTRIES = 3000; // three pages
  private static final List<ReceiptEntry> MANY =
      IntStream.range(0, ENTRIES).mapToObj(TestingTransfer::entry).toList();

  @Test
  void allEntriesComePageByPageInOneWalk() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      transfer.entries = MANY;
      List<ReceiptEntry> came = new ArrayList<>();

      long count = transfer.client.fetchEvidence(SERVER, LINK, ENTRIES, came::add);

      assertEquals(ENTRIES, count);
      assertEquals(MANY, came);
      assertEquals(1, transfer.walks.get());
      assertEquals(0, transfer.open.get());
    }
  }

  @Test
  void noEntriesAreAnAnswer() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      assertEquals(0, transfer.client.fetchEvidence(SERVER, LINK, 0, _ -> {}));
    }
  }

  @Test
  void moreEntriesThanTheFetcherWantsAreABrokenReply() {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      transfer.entries = MANY;
      List<ReceiptEntry> came = new ArrayList<>();

      FetchException.BrokenReply broken =
          assertThrows(
              FetchException.BrokenReply.class,
              () -> transfer.client.fetchEvidence(SERVER, LINK, ENTRIES - 1, came::add));

      assertTrue(broken.getMessage().contains("limit 2999"), broken.getMessage());
      assertTrue(came.size() < ENTRIES);
      assertEquals(MANY.subList(0, came.size()), came);
    }
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void eachEntryComesOnceWhereverTheConnectionIsLost(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      transfer.entries = MANY;
      transfer.hosts.cutAfter(SERVER, CLIENT, random.nextInt(ENTRIES * 250));
      List<ReceiptEntry> came = new ArrayList<>();

      transfer.client.fetchEvidence(SERVER, LINK, ENTRIES, came::add);

      assertEquals(MANY, came);
    }
  }

  @Test
  void oneWrongBitInAFrameIsABrokenReplyOrAnotherEntryButNoCrash() {
    for (int at = 0; at < 400; at += 3) {
      try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
        transfer.entries = MANY.subList(0, 2);
        transfer.hosts.flipAfter(SERVER, CLIENT, at, at % 8);
        List<ReceiptEntry> came = new ArrayList<>();
        try {
          transfer.client.fetchEvidence(SERVER, LINK, 2, came::add);
          assertEquals(2, came.size());
        } catch (FetchException e) {
          assertTrue(e.getMessage().startsWith(SERVER.toString()), e.getMessage());
        } catch (IOException | InterruptedException e) {
          throw new AssertionError("byte " + at, e);
        }
      }
    }
  }

  /** A cursor costs what its walk holds open: only so many stay, the oldest go. */
  @Test
  void abandonedCursorsAreClosed() {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      transfer.entries = MANY;
      for (int i = 0; i < 2 * Bookmarks.CURSORS_MAX; i++) {
        Bookmarks bookmarks = new Bookmarks();
        for (int next = 0; next <= Bookmarks.CURSORS_MAX + 5; next++) {
          bookmarks.leave(LINK, CLIENT, next, transfer.evidence(0).orElseThrow());
        }
        assertEquals(Bookmarks.CURSORS_MAX, transfer.open.get());
        assertTrue(bookmarks.take(LINK, CLIENT, 0).isEmpty());
        bookmarks.leave(LINK, CLIENT, 10, transfer.evidence(0).orElseThrow()); // its twin goes
        assertEquals(Bookmarks.CURSORS_MAX, transfer.open.get());
        bookmarks.close();
        bookmarks.leave(LINK, CLIENT, 1, transfer.evidence(0).orElseThrow()); // too late
        assertEquals(0, transfer.open.get());
      }
    }
  }

  @Test
  void whatARopeIsOfComesAndProvesItself() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      List<Named> parts =
          List.of(
              BlobRef.of(new byte[] {1}),
              Value.Rope.over(List.of(BlobRef.EMPTY, BlobRef.of(new byte[3]))));
      Value.Rope rope = Value.Rope.over(parts);
      transfer.ropes.put(rope, parts);

      assertEquals(parts, transfer.client.fetchRope(SERVER, LINK, rope));

      transfer.hosts.cutAfter(SERVER, CLIENT, 100);
      assertEquals(parts, transfer.client.fetchRope(SERVER, LINK, rope));
      for (int at = 0; at < 300; at++) {
        transfer.hosts.flipAfter(SERVER, CLIENT, at, at % 8);
        try {
          assertEquals(parts, transfer.client.fetchRope(SERVER, LINK, rope));
        } catch (FetchException e) {
          assertTrue(e.getMessage().startsWith(SERVER.toString()), e.getMessage());
        }
      }

      Value.Rope other = new Value.Rope(Digest.ZERO, 4);
      FetchException.RefusedByPeer refused =
          assertThrows(
              FetchException.RefusedByPeer.class,
              () -> transfer.client.fetchRope(SERVER, LINK, other));
      assertEquals(Refused.Code.NOT_FOUND, refused.refused().code());
    }
  }
}
