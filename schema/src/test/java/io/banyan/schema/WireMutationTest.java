package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What comes from a peer that means no good. */
final class WireMutationTest {
  private static final long SEED = 42;
  private static final int MUTANTS = 100_000;

  /** Large messages take a thousand times as long, and have as many places to break. */
  private static final int LARGE_EVERY = 100;

  /** Most messages are shorter; for them 64 KiB beyond the frame suffice, whatever is wrong. */
  private static final int USUAL_LENGTH_MAX = 8 << 10; // 8 KiB

  /** What a refusal, or the smallest value, may cost. */
  private static final long BASE_BYTES = 64 << 10; // 64 KiB

  /** Readers for each byte of a message that is a value, beside what the value holds. */
  private static final long READER_BYTES_PER_BYTE = 5;

  /** All of it for each byte of a message that turns out to be none, perhaps at its end. */
  private static final long MALFORMED_BYTES_PER_BYTE = 8;

  private static final int[] EVIL = {
    0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x20000000, 0xe0000001, 0x1fffffff, 0xffff, 8
  };

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Random random = new Random(SEED);
  private int values;
  private int malformed;
  private double worstValue;
  private double worstMalformed;

  @Test
  void aMutatedMessageIsAValueOrMalformedAndCostsLittleMoreThanItHolds()
      throws MalformedMessageException {
    List<WireValues.Encoded> seeds = new ArrayList<>(WireValues.examples().values());
    for (int i = 0; i < 20; i++) {
      seeds.addAll(WireValues.samples(new Samples(random)));
    }
    List<WireValues.Encoded> large = new ArrayList<>(Longest.values());
    Longest.messages().forEach(message -> large.add(WireValues.of(message)));
    Longest.densest().forEach(message -> large.add(WireValues.of(message)));
    for (WireValues.Encoded seed : Stream.concat(seeds.stream(), large.stream()).toList()) {
      assertEquals(seed.value(), seed.decoded()); // and warms up, so that loading is not counted
      decode(seed, seed.message());
    }

    long begun = System.nanoTime();
    long beyondFrame = 0;
    int usual = 0;
    for (int i = 0; i < MUTANTS; i++) {
      List<WireValues.Encoded> some = i % LARGE_EVERY == 0 ? large : seeds;
      WireValues.Encoded seed = some.get(random.nextInt(some.size()));
      Bytes mutant = Bytes.wrap(mutated(seed.bytes()));
      Cost cost = decode(seed, mutant);
      if (mutant.length() <= USUAL_LENGTH_MAX) {
        usual++;
        beyondFrame = Math.max(beyondFrame, cost.bytes() - mutant.length());
      }
    }
    System.out.println(usual + " of them of 8 KiB at most: " + beyondFrame + " bytes beyond one");
    assertTrue(usual > MUTANTS / 10 * 9, usual + " mutants are as long as most messages are");
    assertTrue(beyondFrame <= BASE_BYTES, beyondFrame + " bytes beyond one of the usual messages");

    System.out.printf(
        "%d mutants in %d ms (seed %d): %d values, %d malformed; beyond 64 KiB at most %.1f bytes"
            + " a byte for what a value does not hold, %.1f for what is malformed%n",
        MUTANTS,
        (System.nanoTime() - begun) / 1_000_000,
        SEED,
        values,
        malformed,
        worstValue,
        worstMalformed);
    assertTrue(values > MUTANTS / 20, values + " mutants were values");
    assertTrue(malformed > MUTANTS / 4, malformed + " mutants were malformed");
  }

  /** What decoding a message cost beyond what its value holds, and whether it is a value. */
  private record Cost(long bytes, boolean value) {
    boolean isWithin(int length) {
      return bytes
          <= BASE_BYTES + length * (value ? READER_BYTES_PER_BYTE : MALFORMED_BYTES_PER_BYTE);
    }
  }

  private Cost decode(WireValues.Encoded seed, Bytes mutant) {
    Cost cost = cost(seed, mutant);
    if (!cost.isWithin(mutant.length())) {
      // The first to break a rule loads the code of its sentence: what counts is the second time.
      cost = cost(seed, mutant);
    }
    assertTrue(cost.isWithin(mutant.length()), cost + " for a message of " + mutant.length());

    double perByte = (double) (cost.bytes() - BASE_BYTES) / Math.max(1, mutant.length());
    if (cost.value()) {
      values++;
      worstValue = Math.max(worstValue, perByte);
    } else {
      malformed++;
      worstMalformed = Math.max(worstMalformed, perByte);
    }
    return cost;
  }

  private Cost cost(WireValues.Encoded seed, Bytes mutant) {
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      Object value = seed.decoder().decode(mutant);
      long spent = threads.getCurrentThreadAllocatedBytes() - before;
      return new Cost(spent - Retained.bytes(value), true);
    } catch (MalformedMessageException e) {
      return new Cost(threads.getCurrentThreadAllocatedBytes() - before, false);
    }
  }

  private byte[] mutated(byte[] bytes) {
    byte[] mutant = bytes.clone();
    for (int rounds = 1 + random.nextInt(4); rounds > 0; rounds--) {
      mutant = mutatedOnce(mutant);
    }
    return mutant;
  }

  private byte[] mutatedOnce(byte[] bytes) {
    if (bytes.length < 16) {
      return Arrays.copyOf(bytes, 64);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    // Half of all mutations strike the first 16 words, where most pointers are.
    int end = random.nextBoolean() ? Math.min(bytes.length, 128) : bytes.length;
    int at = random.nextInt(end);
    int word = random.nextInt(end / 8) * 8;
    switch (random.nextInt(10)) {
      case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> bytes[at] = (byte) random.nextInt();
      case 3 -> buffer.putInt(word, EVIL[random.nextInt(EVIL.length)]);
      case 4 -> buffer.putInt(word + 4, EVIL[random.nextInt(EVIL.length)]);
      case 5 -> buffer.putInt(word, buffer.getInt(word) + 4 * (random.nextInt(33) - 16));
      case 6 -> buffer.putLong(word, buffer.getLong(random.nextInt(bytes.length / 8) * 8));
      case 7 -> buffer.putLong(word, random.nextLong());
      case 8 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      default -> {
        return grown(bytes);
      }
    }
    return bytes;
  }

  /** With a few words more at the end, and mostly a table that knows of them. */
  private byte[] grown(byte[] bytes) {
    byte[] grown = Arrays.copyOf(bytes, bytes.length + 8 * random.nextInt(8));
    if (random.nextInt(4) > 0) {
      ByteBuffer.wrap(grown).order(ByteOrder.LITTLE_ENDIAN).putInt(4, grown.length / 8 - 1);
    }
    return grown;
  }

  @Test
  void aValueFromAMutantIsAValueLikeAnyOther() throws MalformedMessageException {
    List<Message> seeds = new ArrayList<>(Examples.messages().values());
    int found = 0;

    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = WireCodec.encodeMessage(seeds.get(random.nextInt(seeds.size())));
      Message value;
      try {
        value = WireCodec.decodeMessage(ByteBuffer.wrap(mutated(bytes)));
      } catch (MalformedMessageException e) {
        continue;
      }
      found++;

      byte[] again = WireCodec.encodeMessage(value);
      assertEquals(value, WireCodec.decodeMessage(ByteBuffer.wrap(again)));
    }

    assertTrue(found > 1000, found + " mutants were values");
  }

  @Test
  void manyPointersToOneDigestAreMalformed() {
    Claim split =
        new Claim(
            Profile.ONE,
            Examples.KEY,
            GuestFunction.SPLIT,
            Digest.ZERO,
            Digest.ZERO,
            1,
            1,
            new Outcome.Completed());
    Step step =
        new Step(Examples.PART, split, Collections.nCopies(Limits.PARTS_MAX, Examples.OUTPUT));
    byte[] entry = WireCodec.encodeReceiptEntry(new ReceiptEntry.StepEntry(step));
    byte[] aliased = aliasEqualRuns(entry, Digest.LENGTH);

    MalformedMessageException malformed =
        assertThrows(
            MalformedMessageException.class,
            () -> WireCodec.decodeReceiptEntry(ByteBuffer.wrap(aliased)));

    assertTrue(malformed.rule().contains("limit"), malformed.rule());
  }

  /** Points every list of {@code length} bytes at the last of them, and drops the others. */
  private static byte[] aliasEqualRuns(byte[] message, int length) {
    ByteBuffer from = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    int runBytes = Math.ceilDiv(length, 8) * 8;
    int kept = message.length - Limits.PARTS_MAX * runBytes;
    byte[] aliased = new byte[kept + runBytes];
    System.arraycopy(message, 0, aliased, 0, kept);
    System.arraycopy(message, message.length - runBytes, aliased, kept, runBytes);
    ByteBuffer to = ByteBuffer.wrap(aliased).order(ByteOrder.LITTLE_ENDIAN);
    to.putInt(4, aliased.length / 8 - 1);
    for (int word = 8; word < kept; word += 8) {
      // A list pointer (01) to bytes (size code 2) of that length.
      if ((from.getInt(word) & 3) == 1 && from.getInt(word + 4) == (length << 3 | 2)) {
        to.putInt(word, ((kept - word - 8) / 8) << 2 | 1);
      }
    }
    return aliased;
  }
}
