package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes and times are what people mean by them. */
class QuantitiesTest {
  private static final Map<String, Long> BYTES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "17B, 17",
    "64KiB, 65536",
    "256MiB, 268435456",
    "1 GiB, 1073741824",
    "2TiB, 2199023255552",
    "9223372036854775807, 9223372036854775807"
  })
  void sizeIsRead(String text, long bytes) {
    assertEquals(bytes, Quantities.parseBytes(text));
  }

  @ParameterizedTest
  @CsvSource({"500ms, 500", "30s, 30000", "5m, 300000", "2h, 7200000", "1d, 86400000"})
  void timeIsRead(String text, long millis) {
    assertEquals(millis, Quantities.parseMillis(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "MiB", "-1", "+1", "1.5MiB", "1MB", "1mib", "1k", "0x10", "1 2", "1MiB1", "\u0661"
      })
  void whatIsNoSizeIsQuoted(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Quantities.parseBytes(text));

    assertEquals("'" + text + "' is not a size such as 64KiB, 256MiB, 1GiB", refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "1.5s", "-1s", "1S", "1min", "1h30m"})
  void whatIsNoTimeIsQuoted(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Quantities.parseMillis(text));

    assertEquals("'" + text + "' is not a time such as 500ms, 30s, 5m, 2h", refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "2k, 2000",
    "500M, 500000000",
    "2 G, 2000000000",
    "1T, 1000000000000"
  })
  void fuelIsRead(String text, long fuel) {
    assertEquals(fuel, Quantities.parseFuel(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1", "1.5M", "1K", "1MiB", "1e9"})
  void whatIsNoFuelIsQuoted(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Quantities.parseFuel(text));

    assertEquals(
        "'" + text + "' is not an amount of fuel such as 500M, 2G, 1000000000",
        refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "12.4, 12.4",
    "2.5, 2.50",
    "999, 999",
    "999.6, 1.00 k",
    "13002342, 13.0 M",
    "200000000, 200 M",
    "1e9, 1 G",
    "274877906944, 275 G",
    "1e21, 1000 E"
  })
  void fuelIsShownShort(double fuel, String words) {
    assertEquals(words, Quantities.fuel(fuel));
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775808", "8388608TiB", "99999999999999999999999999B"})
  void whatFitsNoLongIsTooLarge(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Quantities.parseBytes(text));

    assertEquals("'" + text + "' is too large", refused.getMessage());
  }

  @Property
  void wholeNumbersOfUnitsAreReadAsTheirProduct(@ForAll @LongRange(min = 0, max = 1 << 20) long n) {
    BYTES.forEach((unit, bytes) -> assertEquals(n * bytes, Quantities.parseBytes(n + unit)));
    MILLIS.forEach((unit, millis) -> assertEquals(n * millis, Quantities.parseMillis(n + unit)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1 KiB",
    "1536, 1.5 KiB",
    "1048575, 1 MiB",
    "210000000, 200.3 MiB",
    "9223372036854775807, 8 EiB"
  })
  void bytesAreShownInAFittingUnit(long bytes, String words) {
    assertEquals(words, Quantities.bytes(bytes).replace(".0 ", " "));
  }

  @Property
  void shownBytesAreWithinAFewPercentAndShort(@ForAll @LongRange(min = 0) long bytes) {
    String[] words = Quantities.bytes(bytes).split(" ");
    double number = Double.parseDouble(words[0]);

    assertTrue(number < 1024, words[0]);
    double factor = Math.pow(1024, "B KiB MiB GiB TiB PiB EiB".split(" ").length);
    String[] units = "B KiB MiB GiB TiB PiB EiB".split(" ");
    for (int i = units.length - 1; i >= 0; i--) {
      factor /= 1024;
      if (units[i].equals(words[1])) {
        assertEquals((double) bytes, number * factor, 0.051 * factor);
        return;
      }
    }
    throw new AssertionError("unknown unit " + words[1]);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0004, 0.400 ms",
    "0.0312, 31.2 ms",
    "0.4, 400 ms",
    "0.9994, 999 ms",
    "0.9999, 1.00 s",
    "1, 1.00 s",
    "31.234, 31.23 s",
    "99.999, 100 s",
    "3600, 3600 s"
  })
  void secondsAreShownShort(double seconds, String words) {
    assertEquals(words, Quantities.seconds(seconds));
  }

  @Property
  void shownSecondsHaveNoExponent(
      @ForAll @DoubleRange(min = 1e-6, max = 1e7) @Scale(7) double seconds) {
    String words = Quantities.seconds(seconds);

    assertTrue(words.matches("[0-9.]+ (ms|s)"), words);
  }

  @Test
  void aQuarterOfAnHourIsFifteenMinutes() {
    assertEquals(Quantities.parseMillis("900s"), Quantities.parseMillis("15m"));
  }
}
