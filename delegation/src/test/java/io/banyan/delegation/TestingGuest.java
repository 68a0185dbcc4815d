package io.banyan.delegation;

import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A guest module in plain Java, over bytes in memory. Each call is a function of its input. */
interface TestingGuest {
  /** A byte that makes {@link #execute} trap wherever it stands in a chunk. */
  byte TRAP = '!';

  List<byte[]> split(byte[] data) throws Bad;

  byte[] execute(byte[] chunk) throws Bad;

  byte[] merge(List<byte[]> values) throws Bad;

  /** Whether the module exports {@code merge}. */
  boolean merges();

  /** What a call on {@code bytes} uses up. */
  static long fuel(int bytes) {
    return 3L + bytes;
  }

  /** A call that comes to a bad outcome. */
  final class Bad extends Exception {
    private static final long serialVersionUID = 1;

    final transient Outcome outcome;

    Bad(Outcome outcome) {
      super(outcome.words(), null, false, false);
      this.outcome = outcome;
    }
  }

  static byte[] join(List<byte[]> values) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    values.forEach(joined::writeBytes);
    return joined.toByteArray();
  }

  /** How many maximal runs of other bytes than white space there are. */
  static int words(byte[] text) {
    int words = 0;
    for (int i = 0; i < text.length; i++) {
      boolean begins = i == 0 || text[i - 1] <= ' ';
      words += begins && text[i] > ' ' ? 1 : 0;
    }
    return words;
  }

  private static byte[] upperCase(byte[] chunk) throws Bad {
    byte[] upper = chunk.clone();
    for (int i = 0; i < upper.length; i++) {
      if (upper[i] == TRAP) {
        throw new Bad(new Outcome.Trapped(TrapKind.UNREACHABLE));
      }
      upper[i] = (byte) Character.toUpperCase((char) upper[i]);
    }
    return upper;
  }

  /** Counts words: a real merge, which takes its own output as input. */
  record WordCount() implements TestingGuest {
    @Override
    public List<byte[]> split(byte[] data) {
      return halves(data);
    }

    @Override
    public byte[] execute(byte[] chunk) throws Bad {
      upperCase(chunk);
      return decimal(words(chunk));
    }

    @Override
    public byte[] merge(List<byte[]> values) {
      int sum = 0;
      for (byte[] value : values) {
        sum += Integer.parseInt(new String(value, StandardCharsets.US_ASCII));
      }
      return decimal(sum);
    }

    private static byte[] decimal(int number) {
      return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean merges() {
      return true;
    }
  }

  /** Upper case, joined by its own merge or left as a rope; its split cuts by the bytes it sees. */
  record UpperCase(boolean merges) implements TestingGuest {
    @Override
    public List<byte[]> split(byte[] data) throws Bad {
      return motley(data);
    }

    @Override
    public byte[] execute(byte[] chunk) throws Bad {
      return upperCase(chunk);
    }

    @Override
    public byte[] merge(List<byte[]> values) {
      return join(values);
    }
  }

  /** Quicksort: splits into smaller than, equal to and greater than the first byte. */
  record Sort() implements TestingGuest {
    @Override
    public List<byte[]> split(byte[] data) {
      ByteArrayOutputStream smaller = new ByteArrayOutputStream();
      ByteArrayOutputStream equal = new ByteArrayOutputStream();
      ByteArrayOutputStream greater = new ByteArrayOutputStream();
      for (byte value : data) {
        (value < data[0] ? smaller : value == data[0] ? equal : greater).write(value);
      }
      return List.of(smaller.toByteArray(), equal.toByteArray(), greater.toByteArray());
    }

    @Override
    public byte[] execute(byte[] chunk) throws Bad {
      upperCase(chunk);
      return sorted(chunk);
    }

    @Override
    public byte[] merge(List<byte[]> values) {
      return join(values);
    }

    static byte[] sorted(byte[] chunk) {
      byte[] sorted = chunk.clone();
      Arrays.sort(sorted);
      return sorted;
    }

    @Override
    public boolean merges() {
      return true;
    }
  }

  private static List<byte[]> halves(byte[] data) {
    int middle = data.length / 2;
    return List.of(
        Arrays.copyOfRange(data, 0, middle), Arrays.copyOfRange(data, middle, data.length));
  }

  /**
   * One of the shapes that a split may have, by the sum of the bytes: halves, a skewed chain, a
   * single part, the whole again, one part a byte, parts with empties between, and at last nothing
   * but empties.
   */
  private static List<byte[]> motley(byte[] data) throws Bad {
    int sum = 0;
    for (byte value : data) {
      sum += value & 0xff;
    }
    return switch (sum % 23) {
      case 0, 1, 2, 3 -> halves(data);
      case 4, 5, 6, 7 -> List.of(slice(data, 0, 1), slice(data, 1, data.length));
      case 8, 9 -> List.of(slice(data, 0, data.length - 1));
      case 10, 11 -> List.of(data);
      case 12, 13, 14 -> bytewise(data);
      case 15, 16, 17 -> withEmpties(data);
      case 18, 19 -> List.of(slice(data, 0, data.length - 1), data, new byte[0]);
      case 20 -> List.of(new byte[0], data);
      case 21 -> List.of(new byte[0], new byte[0]);
      default -> throw new Bad(new Outcome.BadOutput());
    };
  }

  private static List<byte[]> bytewise(byte[] data) {
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < data.length; i++) {
      parts.add(slice(data, i, i + 1));
    }
    return parts;
  }

  /** Every byte between empty parts: whole groups of sixteen hold one part that is not empty. */
  private static List<byte[]> withEmpties(byte[] data) {
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < data.length; i++) {
      parts.add(slice(data, i, i + 1));
      for (int empty = 0; empty < (data[i] & 15); empty++) {
        parts.add(new byte[0]);
      }
    }
    return parts;
  }

  private static byte[] slice(byte[] data, int from, int to) {
    return Arrays.copyOfRange(data, from, to);
  }
}
