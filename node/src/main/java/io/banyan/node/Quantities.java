package io.banyan.node;

import java.util.Locale;
import java.util.Map;

/** Sizes and times as people write them: {@code 256MiB}, {@code 30s}. */
public final class Quantities {
  private static final Map<String, Long> BYTES =
      Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private static final Map<String, Long> FUEL =
      Map.of("", 1L, "k", 1000L, "M", 1_000_000L, "G", 1_000_000_000L, "T", 1_000_000_000_000L);

  private Quantities() {}

  /**
   * Bytes: a whole number with B, KiB, MiB, GiB, TiB or nothing behind it.
   *
   * @throws IllegalArgumentException if it is anything else, or does not fit a long
   */
  public static long parseBytes(String text) {
    return parse(text, BYTES, "a size such as 64KiB, 256MiB, 1GiB");
  }

  /**
   * Milliseconds: a whole number with ms, s, m, h or d behind it.
   *
   * @throws IllegalArgumentException if it is anything else, or does not fit a long
   */
  public static long parseMillis(String text) {
    return parse(text, MILLIS, "a time such as 500ms, 30s, 5m, 2h");
  }

  /**
   * Fuel: a whole number with k, M, G, T or nothing behind it, which are powers of 1000.
   *
   * @throws IllegalArgumentException if it is anything else, or does not fit a long
   */
  public static long parseFuel(String text) {
    return parse(text, FUEL, "an amount of fuel such as 500M, 2G, 1000000000");
  }

  private static long parse(String text, Map<String, Long> units, String wanted) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    Long unit = units.get(text.substring(digits).strip());
    if (digits == 0 || unit == null) {
      throw new IllegalArgumentException("'" + text + "' is not " + wanted);
    }
    try {
      return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), unit);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is too large", e);
    }
  }

  /** Bytes for people, with at most one decimal: {@code 200.3 MiB}. */
  public static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1023.95 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    String digits = value == Math.rint(value) ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, digits + " %s", value, units[unit]);
  }

  /** Fuel for people. */
  public static String fuel(long fuel) {
    return fuel((double) fuel);
  }

  /** Fuel for people, or what it is counted in: three digits that count, {@code 12.4 M}. */
  public static String fuel(double fuel) {
    String[] units = {"", " k", " M", " G", " T", " P", " E"};
    double value = fuel;
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    int decimals = value == Math.rint(value) || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f%s", value, units[unit]);
  }

  /** Seconds for people: three digits that count. */
  public static String seconds(double seconds) {
    if (seconds >= 99.995) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    }
    if (seconds >= 0.9995) {
      return String.format(Locale.ROOT, "%.2f s", seconds);
    }
    return String.format(Locale.ROOT, "%.3g ms", seconds * 1000);
  }
}
