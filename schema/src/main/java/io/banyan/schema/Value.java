package io.banyan.schema;

import java.util.List;

/** What a plan node comes to. */
public sealed interface Value {
  /** Bytes in one piece. */
  record Blob(BlobRef ref) implements Value {}

  /**
   * The values of a plan node's children one after the other, never copied together. The parts are
   * those of the direct children; the digest does not depend on how they are stored.
   *
   * @param length the sum of the parts' lengths, in bytes
   */
  record Rope(Digest digest, long length) implements Value, Named {
    public Rope {
      if (length < 0) {
        throw new IllegalArgumentException("rope length is negative: " + length);
      }
    }

    /** The rope over {@code parts}, in order; two or more. */
    public static Rope over(List<? extends Named> parts) {
      if (parts.size() < 2) {
        throw new IllegalArgumentException("a rope has two or more parts, not " + parts.size());
      }
      long length = 0;
      for (Named part : parts) {
        length = Math.addExact(length, part.length());
      }
      return new Rope(Preimage.tagged("banyan/rope/1").blobs(parts).hash(), length);
    }
  }

  /** Nothing was to be done: a plan node on no bytes. */
  record Empty() implements Value {}

  /**
   * The bytes it names.
   *
   * @throws IllegalStateException if it is Empty, which names none
   */
  default Named named() {
    return switch (this) {
      case Blob(BlobRef ref) -> ref;
      case Rope rope -> rope;
      case Empty() -> throw new IllegalStateException("an empty value names no bytes");
    };
  }

  /** The digest of the list {@code parts}: the input of a merge, the output of a split. */
  static Digest listDigest(List<? extends Named> parts) {
    return Preimage.tagged("banyan/list/1").blobs(parts).hash();
  }

  /**
   * The length of {@code items} as a guest is handed them, or hands them back: u32 count, then u32
   * length and bytes of each. Long.MAX_VALUE if it does not fit.
   */
  static long framedBytes(List<BlobRef> items) {
    long framed = Integer.BYTES;
    for (BlobRef item : items) {
      if (item.length() > Long.MAX_VALUE - Integer.BYTES - framed) {
        return Long.MAX_VALUE;
      }
      framed += Integer.BYTES + item.length();
    }
    return framed;
  }
}
