package io.banyan.delegation.simulation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest module without bytes: what a call returns is named by a hash of what it is handed, and
 * what it costs is a function of the same. So two nodes agree if and only if they call the same on
 * the same, in the same order.
 *
 * @param salt of all hashes: module and params
 * @param merges whether the module exports {@code merge}
 * @param trapOneIn leaves of which about one traps; 0: none does
 * @param leafFuel of a leaf on average; 0: a leaf takes 3 and its bytes
 * @param spread of a leaf's fuel around the average, 0 to 1
 * @param halves whether every split makes two halves
 */
record VirtualGuest(
    long salt, boolean merges, int trapOneIn, long leafFuel, double spread, boolean halves) {
  private static final byte[] EXECUTE = "execute".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MERGE = "merge".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SPLIT = "split".getBytes(StandardCharsets.US_ASCII);
  private static final int OUTPUT_BYTES_MAX = 24;
  private static final int PARTS_MAX = 300;
  private static final int HALVES = 0; // one of the shapes of a split

  /** One that splits in every way there is. */
  VirtualGuest(long salt, boolean merges, int trapOneIn, long leafFuel, double spread) {
    this(salt, merges, trapOneIn, leafFuel, spread, false);
  }

  /** What a call came to. */
  sealed interface Made {
    /** One value, or the parts of a split. */
    record Returned(List<BlobRef> output, long fuel) implements Made {}

    record Bad(Outcome outcome, long fuel) implements Made {}
  }

  Made execute(Digest input, long bytes) {
    long drawn = Draws.mix(salt ^ input.hashCode());
    long fuel = leafFuel == 0 ? 3 + bytes : spreadFuel(drawn);
    if (trapOneIn > 0 && Math.floorMod(drawn, trapOneIn) == 0) {
      return new Made.Bad(new Outcome.Trapped(TrapKind.UNREACHABLE), fuel);
    }
    return new Made.Returned(List.of(output(EXECUTE, input, drawn)), fuel);
  }

  private long spreadFuel(long drawn) {
    double share = (drawn >>> 11) * 0x1p-53; // 0 to 1
    return Math.max(1, Math.round(leafFuel * (1 + spread * (2 * share - 1))));
  }

  /** {@code input} is the digest of the list of values. */
  Made merge(Digest input, long bytes) {
    long drawn = Draws.mix(salt + 1 ^ input.hashCode());
    long fuel = leafFuel == 0 ? 3 + bytes : Math.max(1, leafFuel / 64);
    return new Made.Returned(List.of(output(MERGE, input, drawn)), fuel);
  }

  private BlobRef output(byte[] function, Digest input, long drawn) {
    long bytes = Math.floorMod(drawn >>> 16, OUTPUT_BYTES_MAX + 1);
    return bytes == 0
        ? BlobRef.EMPTY
        : new BlobRef(Digest.sha256(function, word(salt), input.bytes()), bytes);
  }

  private static byte[] word(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  /**
   * Parts in one of the shapes that a split may have: halves, a skewed chain, a single part, the
   * whole again, one part a byte, parts with empties between, nothing but empties, and none at all.
   */
  Made split(Digest input, long bytes) {
    long drawn = Draws.mix(salt + 2 ^ input.hashCode());
    long fuel = 3 + bytes;
    BlobRef whole = new BlobRef(input, bytes);
    List<BlobRef> parts =
        switch (halves ? HALVES : Math.floorMod(drawn, 24)) {
          case HALVES, 1, 2, 3, 4, 5 -> parts(input, bytes / 2, bytes - bytes / 2);
          case 6, 7, 8 -> parts(input, 1, bytes - 1);
          case 9 -> parts(input, bytes - 1);
          case 10 -> List.of(whole);
          case 11, 12, 13 -> bytewise(input, bytes, false);
          case 14, 15, 16, 17 -> bytewise(input, bytes, true);
          case 18, 19 -> List.of(part(input, 0, bytes - 1), whole, BlobRef.EMPTY);
          case 20 -> List.of(BlobRef.EMPTY, whole);
          case 21, 22 -> parts(input, bytes / 3, bytes / 3, bytes - 2 * (bytes / 3));
          default -> trapOneIn > 0 ? List.of(BlobRef.EMPTY) : parts(input, bytes / 2, bytes / 2);
        };
    return new Made.Returned(parts, fuel);
  }

  private List<BlobRef> parts(Digest input, long... lengths) {
    List<BlobRef> parts = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      parts.add(part(input, i, lengths[i]));
    }
    return parts;
  }

  private List<BlobRef> bytewise(Digest input, long bytes, boolean withEmpties) {
    List<BlobRef> parts = new ArrayList<>();
    for (int i = 0; i < Math.min(bytes, PARTS_MAX); i++) {
      parts.add(part(input, i, 1));
      for (int empty = 0; withEmpties && empty < Math.floorMod(i * 7, 11); empty++) {
        parts.add(BlobRef.EMPTY);
      }
    }
    return parts;
  }

  private BlobRef part(Digest input, int index, long bytes) {
    return bytes == 0
        ? BlobRef.EMPTY
        : new BlobRef(Digest.sha256(SPLIT, word(salt), word(index), input.bytes()), bytes);
  }
}
