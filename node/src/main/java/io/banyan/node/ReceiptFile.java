package io.banyan.node;

import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.WireCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Iterator;

/**
 * The job receipt on disk: the 16 bytes "banyan/receipt/1", then entries as frames, then the
 * SHA-256 of all before. It is written and read as a stream, however long it is.
 */
final class ReceiptFile {
  static final byte[] MAGIC = "banyan/receipt/1".getBytes(StandardCharsets.US_ASCII);

  private ReceiptFile() {}

  /**
   * Writes a whole receipt to {@code out}.
   *
   * @param entries leases, each with the receipt that answers it directly behind, parents before
   *     children; the steps in the order of the plan; failures
   * @param receipt the root's
   */
  static void write(
      OutputStream out, Signed manifest, Iterator<ReceiptEntry> entries, Signed receipt)
      throws IOException {
    DigestOutputStream hashed = new DigestOutputStream(out, sha256());
    hashed.write(MAGIC);
    writeEntry(hashed, new ReceiptEntry.ManifestEntry(manifest));
    while (entries.hasNext()) {
      writeEntry(hashed, entries.next());
    }
    writeEntry(hashed, new ReceiptEntry.ReceiptEnd(receipt));
    out.write(hashed.getMessageDigest().digest());
  }

  private static void writeEntry(OutputStream out, ReceiptEntry entry) throws IOException {
    out.write(Frames.frame(FrameKind.RECEIPT_ENTRY, WireCodec.encodeReceiptEntry(entry)));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
