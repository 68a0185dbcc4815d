package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.trust.Attribution;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job receipt with leases and receipts at two levels holds, and one wrong bit in any of them does
 * not.
 */
class VerifyLentTest {
  private static final long SEED = 20_261_121;
  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog; so do I.".getBytes(StandardCharsets.US_ASCII);

  private final Random random = new Random(SEED);

  @TempDir private Path folder;
  private Path receipt;
  private Path output;
  private TestingLent.Contents honest;

  @BeforeEach
  void finishedJob() throws Exception {
    TestingRun runs = new TestingRun(folder);
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
    TestingRun.Done done = runs.run(runs.draft(guest, INPUT, "bytes", 3), 2);
    receipt = done.receipt();
    output = runs.file("output", done.output());
    honest = TestingLent.of(receipt, TestingRun.identity(1));
    honest.write(receipt);
  }

  private ReceiptVerification.Report verify(int replay) throws Exception {
    try (InputFile opened = InputFile.open(folder.resolve("input"))) {
      return ReceiptVerification.verify(
          new ReceiptVerification.Files(
              receipt,
              folder.resolve("module.wasm"),
              Optional.of(opened),
              List.of(),
              Optional.of(output),
              replay),
          TestingRun.SANDBOX,
          folder,
          _ -> {});
    }
  }

  private String rejection() {
    CommandException rejected = assertThrows(CommandException.class, () -> verify(0));
    String sentence = String.valueOf(rejected.getMessage());
    assertEquals(ExitCode.VERIFICATION_FAILED, rejected.code(), sentence);
    assertEquals(1, sentence.lines().count(), sentence);
    assertTrue(sentence.startsWith("receipt " + receipt), sentence);
    return sentence;
  }

  private static PeerId peer(int number) {
    return TestingRun.identity(number).publicKey().peerId();
  }

  @Test
  void signaturesSayWhoRanWhat() throws Exception {
    for (int replay : List.of(0, 100, ReceiptVerification.REPLAY_ALL)) {
      Attribution attribution = verify(replay).attribution();

      assertEquals(5, attribution.leases());
      assertEquals(4, attribution.receipts());
      assertEquals(1, attribution.failures());
      assertEquals(List.of(peer(1), peer(2), peer(4)), attribution.deepest());
      assertEquals(
          List.of(
              new Attribution.Share(peer(1), 0, 18),
              new Attribution.Share(peer(2), 14, 2),
              new Attribution.Share(peer(4), 1, 0),
              new Attribution.Share(peer(3), 3, 0)),
          attribution.shares());
    }
  }

  /** What is said of the file with entry {@code at} signed in another way, all else as it was. */
  private String rejectionWith(int at, ReceiptEntry entry) throws IOException {
    List<ReceiptEntry> entries = new ArrayList<>(honest.entries());
    entries.set(at, entry);
    new TestingLent.Contents(honest.manifest(), entries, honest.root()).write(receipt);
    return rejection();
  }

  private Signed flipped(Signed signed) {
    byte[] bytes = signed.toBytes();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    return Signed.of(Bytes.of(bytes));
  }

  @Test
  void flippedBitInALeaseAReceiptOrAFailureNamesItsPlace() throws Exception {
    for (int round = 0; round < 6; round++) {
      int leases = 0;
      for (int at = 0; at < honest.entries().size(); at++) {
        switch (honest.entries().get(at)) {
          case ReceiptEntry.LeaseEntry(Signed lease) -> {
            String sentence = rejectionWith(at, new ReceiptEntry.LeaseEntry(flipped(lease)));
            assertTrue(sentence.contains(", lease " + leases + ": "), sentence);
            leases++;
          }
          case ReceiptEntry.ReceiptOfLease(Signed signed) -> {
            String sentence = rejectionWith(at, new ReceiptEntry.ReceiptOfLease(flipped(signed)));
            String place = ", receipt of lease " + (leases - 1) + " (plan node ";
            assertTrue(sentence.contains(place), sentence);
          }
          case ReceiptEntry.FailureEntry(Signed failure) -> {
            String sentence = rejectionWith(at, new ReceiptEntry.FailureEntry(flipped(failure)));
            assertTrue(sentence.contains(", task failure 0: "), sentence);
          }
          case ReceiptEntry.ManifestEntry _,
              ReceiptEntry.StepEntry _,
              ReceiptEntry.ReceiptEnd _ -> {}
        }
      }
    }
  }

  /** Every thirteenth byte of the file, whatever it belongs to. */
  @Test
  void flippedBitAnywhereInTheFileIsSeen() throws Exception {
    byte[] whole = Files.readAllBytes(receipt);
    verify(0);

    for (int position = 0; position < whole.length; position += 13) {
      byte[] bytes = whole.clone();
      bytes[position] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      Files.write(receipt, bytes);
      rejection();
    }
  }

  @Test
  void entryThatIsLeftOutIsMissedUnlessItIsAnAttempt() throws Exception {
    for (int at = 0; at < honest.entries().size(); at++) {
      List<ReceiptEntry> entries = new ArrayList<>(honest.entries());
      entries.remove(at);
      new TestingLent.Contents(honest.manifest(), entries, honest.root()).write(receipt);

      if (honest.entries().get(at) instanceof ReceiptEntry.FailureEntry) {
        assertEquals(0, verify(0).attribution().failures());
      } else {
        rejection();
      }
    }
  }
}
