package io.banyan.schema;

import java.util.List;

/**
 * The checks that several records share; each throws an IllegalArgumentException with the value.
 */
final class Rules {
  /** 1 KiB: a sentence, not a log. */
  static final int SENTENCE_BYTES_MAX = 1024;

  /** Four times the longest multiaddr in use, with room for names. */
  static final int ADDRESS_LENGTH_MAX = 256;

  static final int VERSION_LENGTH_MAX = 64;

  private Rules() {}

  /** A number of 0 or more. */
  static void atLeastZero(String what, long number) {
    range(what, number, 0, Long.MAX_VALUE);
  }

  static void range(String what, long number, long min, long max) {
    if (number < min || number > max) {
      throw new IllegalArgumentException(
          what
              + " is "
              + number
              + ", must be "
              + min
              + (max == Long.MAX_VALUE ? " or more" : " to " + max));
    }
  }

  /** Finite and 0 or more. */
  static void measure(String what, double number) {
    if (!(number >= 0 && Double.isFinite(number))) {
      throw new IllegalArgumentException(what + " is " + number + ", must be 0 or more");
    }
  }

  static <T> List<T> list(String what, List<T> list, int max) {
    return list(what, list, 0, max);
  }

  /** A copy; the size is looked at first. */
  static <T> List<T> list(String what, List<T> list, int min, int max) {
    if (list.size() < min || list.size() > max) {
      throw new IllegalArgumentException(
          list.size() + " " + what + ", must be " + min + " to " + max);
    }
    return List.copyOf(list);
  }

  /**
   * For people: at most 1 KiB of UTF-8 without control characters, which could paint a terminal.
   */
  static void sentence(String what, String text) {
    utf8(what, text, SENTENCE_BYTES_MAX);
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new IllegalArgumentException(
            what + " has the control character " + (int) text.charAt(i) + " at " + i);
      }
    }
  }

  /**
   * Text that is the same after a way through UTF-8, and not longer than {@code bytesMax} there.
   */
  static void utf8(String what, String text, int bytesMax) {
    long bytes = utf8Length(what, text);
    if (bytes > bytesMax) {
      throw new IllegalArgumentException(what + " is " + bytes + " bytes long, limit " + bytesMax);
    }
  }

  private static long utf8Length(String what, String text) {
    long bytes = 0;
    int i = 0;
    while (i < text.length()) {
      int character = text.codePointAt(i);
      if (Character.getType(character) == Character.SURROGATE) {
        throw new IllegalArgumentException(what + " has half a character at " + i);
      }
      bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
      i += Character.charCount(character);
    }
    return bytes;
  }

  /** A multiaddr: a slash, then printable ASCII; at most 256 characters. Its parts are p2p's. */
  static void address(String address) {
    if (!address.startsWith("/")) {
      throw new IllegalArgumentException("address does not begin with a slash");
    }
    printable("address", address, ADDRESS_LENGTH_MAX);
  }

  /** 1 to 64 characters of printable ASCII without spaces, such as {@code banyan/0.1.0}. */
  static void version(String version) {
    printable("agent version", version, VERSION_LENGTH_MAX);
  }

  private static void printable(String what, String text, int lengthMax) {
    range("length of " + what, text.length(), 1, lengthMax);
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
        throw new IllegalArgumentException(
            what
                + " has the character "
                + (int) text.charAt(i)
                + " at "
                + i
                + ", only printable ASCII is allowed");
      }
    }
  }

  /** A signed thing whose payload is not longer than {@code payloadBytesMax}. */
  static void signed(String what, Signed signed, int payloadBytesMax) {
    range("payload length of the signed " + what, signed.payload().length(), 0, payloadBytesMax);
  }
}
