package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import io.banyan.schema.WireCodec;
import io.banyan.trust.SigningDomain;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A receipt is a header, frames and a hash; the reader takes just that. */
class ReceiptFileTest {
  @TempDir private Path folder;

  private static Signed signed(SigningDomain domain, String payload) {
    return TestingRun.identity(1).sign(domain, payload.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] receiptWithoutSteps() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ReceiptFile.write(
        out,
        signed(SigningDomain.MANIFEST, "manifest"),
        List.<ReceiptEntry>of().iterator(),
        signed(SigningDomain.RECEIPT, "receipt"));
    return out.toByteArray();
  }

  @Test
  void receiptBeginsWithItsNameAndEndsWithTheHashOfAllBefore() throws Exception {
    byte[] bytes = receiptWithoutSteps();

    byte[] name = "banyan/receipt/1".getBytes(StandardCharsets.US_ASCII);
    assertArrayEquals(name, Arrays.copyOf(bytes, 16));
    int body = bytes.length - 32;
    assertArrayEquals(
        MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes, body)),
        Arrays.copyOfRange(bytes, body, bytes.length));
    List<ReceiptEntry> entries = new ArrayList<>();
    ByteArrayInputStream frames = new ByteArrayInputStream(bytes, 16, body - 16);
    Optional<ByteBuffer> frame = Frames.read(FrameKind.RECEIPT_ENTRY, frames);
    while (frame.isPresent()) {
      entries.add(WireCodec.decodeReceiptEntry(frame.get()));
      frame = Frames.read(FrameKind.RECEIPT_ENTRY, frames);
    }
    assertEquals(
        List.of(
            new ReceiptEntry.ManifestEntry(signed(SigningDomain.MANIFEST, "manifest")),
            new ReceiptEntry.ReceiptEnd(signed(SigningDomain.RECEIPT, "receipt"))),
        entries);
  }

  @Test
  void readerGivesBackWhatWasWritten() throws Exception {
    TestingRun runs = new TestingRun(folder);
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
    Path receipt = runs.run(runs.draft(guest, new byte[40], "bytes", 2), 3).receipt();

    try (ReceiptReader reader = ReceiptReader.open(receipt)) {
      assertEquals(TestingRun.identity(1).publicKey(), reader.manifest().signer());
      ReceiptReader.Entries entries = reader.entries();
      List<String> words = new ArrayList<>();
      entries.forEachRemaining(
          entry -> {
            Step step = assertInstanceOf(ReceiptEntry.StepEntry.class, entry).step();
            words.add(step.claim().function().exportName() + " " + step.node());
          });
      assertEquals(23, words.size());
      assertEquals("execute 0", words.getFirst());
      assertEquals("merge 0-16", words.get(16));
      assertEquals(List.of("merge 16-20", "merge 0-20"), words.subList(21, 23));
      assertEquals(TestingRun.identity(1).publicKey(), entries.receipt().signer());
      reader.end();
    }
  }

  @Test
  void entriesInAnotherOrderAreNoReceipt() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ReceiptFile.MAGIC);
    ReceiptEntry end = new ReceiptEntry.ReceiptEnd(signed(SigningDomain.RECEIPT, "receipt"));
    out.writeBytes(Frames.frame(FrameKind.RECEIPT_ENTRY, WireCodec.encodeReceiptEntry(end)));
    Path path = Files.write(folder.resolve("receipt"), out.toByteArray());

    try (ReceiptReader reader = ReceiptReader.open(path)) {
      ReceiptReader.DamagedException damaged =
          assertThrows(ReceiptReader.DamagedException.class, reader::manifest);

      assertTrue(
          String.valueOf(damaged.getMessage())
              .endsWith("it is not the manifest, which comes first"),
          damaged.getMessage());
    }
  }

  @Test
  void entriesBehindTheRootsReceiptAreNotRead() throws Exception {
    byte[] bytes = receiptWithoutSteps();
    Path path = Files.write(folder.resolve("receipt"), bytes);

    try (ReceiptReader reader = ReceiptReader.open(path)) {
      reader.manifest();
      ReceiptReader.Entries entries = reader.entries();

      assertFalse(entries.hasNext());
      assertThrows(NoSuchElementException.class, entries::next);
      assertEquals(signed(SigningDomain.RECEIPT, "receipt"), entries.receipt());
      reader.end();
    }
  }

  @Test
  void manifestComesOnce() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Signed manifest = signed(SigningDomain.MANIFEST, "manifest");
    ReceiptFile.write(
        out,
        manifest,
        List.<ReceiptEntry>of(new ReceiptEntry.ManifestEntry(manifest)).iterator(),
        signed(SigningDomain.RECEIPT, "receipt"));
    Path path = Files.write(folder.resolve("receipt"), out.toByteArray());

    try (ReceiptReader reader = ReceiptReader.open(path)) {
      reader.manifest();
      ReceiptReader.DamagedException damaged =
          assertThrows(ReceiptReader.DamagedException.class, reader::entries);

      assertEquals("receipt " + path + ", entry 2: it is a second manifest", damaged.getMessage());
    }
  }
}
