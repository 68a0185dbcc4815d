package io.banyan.compute;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A program under {@code bench/compute}, which stands there as one C source, with its input and
 * what it may cost here compared with what gcc -O2 makes of the same source.
 */
enum BenchKernel {
  WORDCOUNT(1.7) {
    @Override
    byte[] input() {
      return text(BULK_BYTES);
    }
  },
  WORDFREQ(1.7) {
    @Override
    byte[] input() {
      return text(BULK_BYTES);
    }
  },
  SHA256(1.7) {
    @Override
    byte[] input() {
      return text(BULK_BYTES);
    }
  },
  SORT(1.6) {
    @Override
    byte[] input() {
      SplittableRandom random = new SplittableRandom(SEED);
      return littleEndian(random.ints(NUMBER_COUNT).toArray());
    }
  },
  MANDELBROT(1.2) {
    @Override
    byte[] input() {
      return littleEndian(800, 600, 300);
    }
  },
  MATMUL(4.5) {
    @Override
    byte[] input() {
      return littleEndian(512);
    }
  };

  private static final long SEED = 20_261_121;
  private static final int BULK_BYTES = 64 << 20; // 64 MiB
  private static final int NUMBER_COUNT = 2_000_000;
  private static final int WORD_COUNT = 10_000; // different words in a text

  /** The most that its time may be of gcc's. */
  final double goal;

  BenchKernel(double goal) {
    this.goal = goal;
  }

  /** The same bytes each time. */
  abstract byte[] input();

  String fileName() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static byte[] littleEndian(int... numbers) {
    byte[] bytes = new byte[numbers.length * Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(numbers);
    return bytes;
  }

  /** Words of 1 to 12 letters, some far more frequent than others, about ten on a line. */
  private static byte[] text(int length) {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[][] words = new byte[WORD_COUNT][];
    for (int i = 0; i < words.length; i++) {
      words[i] = new byte[1 + random.nextInt(12)];
      for (int k = 0; k < words[i].length; k++) {
        words[i][k] = (byte) ('a' + random.nextInt(26));
      }
    }
    byte[] text = new byte[length];
    int at = 0;
    while (at < length) {
      double draw = random.nextDouble();
      byte[] word = words[(int) (draw * draw * draw * WORD_COUNT)];
      for (int k = 0; k < word.length && at < length; k++) {
        text[at++] = word[k];
      }
      if (at < length) {
        text[at++] = (byte) (random.nextInt(10) == 0 ? '\n' : ' ');
      }
    }
    return text;
  }
}
