package io.banyan.node;

import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.WireCodec;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads a job receipt from beginning to end: the manifest, the entries, the root's receipt, the
 * closing hash. Which entries may stand where, is the check's to say.
 *
 * <p>For one thread.
 */
final class ReceiptReader implements AutoCloseable {
  private final Path path;
  private final DigestInputStream in;
  private long entryCount;

  /** What the file holds is not a receipt. */
  static final class DamagedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DamagedException(String sentence) {
      super(sentence);
    }
  }

  private ReceiptReader(Path path, DigestInputStream in) {
    this.path = path;
    this.in = in;
  }

  static ReceiptReader open(Path path) throws CommandException {
    if (Files.isDirectory(path)) {
      throw new CommandException(ExitCode.FAILURE, "receipt " + path + " is not a file");
    }
    try {
      return new ReceiptReader(
          path,
          new DigestInputStream(
              new BufferedInputStream(Files.newInputStream(path)), ReceiptFile.sha256()));
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, "receipt " + path + " cannot be read: " + InputFile.reason(e), e);
    }
  }

  /** The manifest, as it was signed. */
  Signed manifest() throws IOException {
    byte[] magic = in.readNBytes(ReceiptFile.MAGIC.length);
    if (!Arrays.equals(magic, ReceiptFile.MAGIC)) {
      throw new DamagedException("receipt " + path + " does not begin with 'banyan/receipt/1'");
    }
    if (next() instanceof ReceiptEntry.ManifestEntry(Signed manifest)) {
      return manifest;
    }
    throw damaged("it is not the manifest, which comes first");
  }

  private ReceiptEntry next() throws IOException {
    try {
      Optional<ByteBuffer> frame = Frames.read(FrameKind.RECEIPT_ENTRY, in);
      if (frame.isEmpty()) {
        throw damaged("the file ends before it");
      }
      ReceiptEntry entry = WireCodec.decodeReceiptEntry(frame.get());
      entryCount++;
      return entry;
    } catch (MalformedMessageException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  /** What stands between the manifest and the root's receipt, and then that. */
  final class Entries implements Iterator<ReceiptEntry> {
    private ReceiptEntry ahead;

    private Entries() throws IOException {
      ahead = advance();
    }

    private ReceiptEntry advance() throws IOException {
      ReceiptEntry entry = ReceiptReader.this.next();
      if (entry instanceof ReceiptEntry.ManifestEntry) {
        throw damaged("it is a second manifest");
      }
      return entry;
    }

    @Override
    public boolean hasNext() {
      return !(ahead instanceof ReceiptEntry.ReceiptEnd);
    }

    @Override
    public ReceiptEntry next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the entries are at their end");
      }
      ReceiptEntry entry = ahead;
      try {
        ahead = advance();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return entry;
    }

    /** The receipt that closes the entries, all of which were taken. */
    Signed receipt() {
      if (ahead instanceof ReceiptEntry.ReceiptEnd(Signed receipt)) {
        return receipt;
      }
      throw new IllegalStateException("there are entries before the root's receipt");
    }
  }

  /** What follows the manifest. */
  Entries entries() throws IOException {
    return new Entries();
  }

  /** Wants nothing but the hash of all before. */
  void end() throws IOException {
    byte[] actual = in.getMessageDigest().digest();
    in.on(false);
    byte[] closing = in.readNBytes(actual.length + 1);
    if (!Arrays.equals(actual, closing)) {
      throw new DamagedException(
          "receipt " + path + ": its last 32 bytes are not the SHA-256 of all before them");
    }
  }

  private DamagedException damaged(String reason) {
    return new DamagedException("receipt " + path + ", entry " + entryCount + ": " + reason);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
