package io.banyan.node.daemon;

import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes files that are served as blobs. */
final class BlobFile {
  private BlobFile() {}

  /** Writes its bytes. */
  interface Content {
    void write(OutputStream out) throws IOException;
  }

  /** Makes a file of {@code content}, and names it on the way. */
  static BlobRef write(Path path, Content content) throws IOException {
    BlobHasher hasher = new BlobHasher();
    try (OutputStream file = Files.newOutputStream(path);
        OutputStream out = new BufferedOutputStream(new Hashing(file, hasher), 1 << 16)) {
      content.write(out);
    }
    return hasher.finish();
  }

  private static final class Hashing extends OutputStream {
    private final OutputStream to;
    private final BlobHasher hasher;

    Hashing(OutputStream to, BlobHasher hasher) {
      this.to = to;
      this.hasher = hasher;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      to.write(bytes, offset, count);
      hasher.update(bytes, offset, count);
    }
  }
}
