package io.banyan.p2p;

import java.net.Inet6Address;
import java.util.Optional;

/** An IPv6 address as text and as 16 bytes; nothing is looked up. */
final class Ip6 {
  private static final int BYTES = 16;
  private static final int GROUPS = 8;

  private Ip6() {}

  /** The bytes that {@code text} names; empty if it breaks a rule of RFC 4291, section 2.2. */
  static Optional<byte[]> parse(String text) {
    try {
      byte[] bytes = Inet6Address.ofLiteral(text).getAddress();
      return Optional.of(bytes.length == BYTES ? bytes : mapped(bytes));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** The JDK takes {@code ::ffff:1.2.3.4} for what it stands for. */
  private static byte[] mapped(byte[] ip4) {
    byte[] bytes = new byte[BYTES];
    bytes[10] = (byte) 0xFF;
    bytes[11] = (byte) 0xFF;
    System.arraycopy(ip4, 0, bytes, 12, ip4.length);
    return bytes;
  }

  /** The one short form of RFC 5952: the first of the longest runs of zeros is left out. */
  static String text(byte[] bytes) {
    int runStart = GROUPS;
    int runLength = 1; // A single zero stays.
    int length = 0;
    for (int i = 0; i < GROUPS; i++) {
      length = group(bytes, i) == 0 ? length + 1 : 0;
      if (length > runLength) {
        runLength = length;
        runStart = i + 1 - length;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == runStart) {
        text.append("::");
        i += runLength - 1;
        continue;
      }
      if (i > 0 && i != runStart + runLength) {
        text.append(':');
      }
      text.append(Integer.toHexString(group(bytes, i)));
    }
    return text.toString();
  }

  private static int group(byte[] bytes, int index) {
    return (bytes[2 * index] & 0xFF) << 8 | (bytes[2 * index + 1] & 0xFF);
  }
}
