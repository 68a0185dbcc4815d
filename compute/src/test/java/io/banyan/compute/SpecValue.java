package io.banyan.compute;

import java.util.Locale;

/**
 * A value as wast2json writes it: integers and the bits of floats as decimal numbers without a
 * sign, references as "null" or the number of the host's thing, and the two patterns of NaNs.
 */
record SpecValue(ValueType type, String text) {
  private static final String NULL = "null";
  private static final String CANONICAL = "nan:canonical";
  private static final String ARITHMETIC = "nan:arithmetic";

  private static final int F32_CANONICAL = 0x7fc0_0000;
  private static final long F64_CANONICAL = 0x7ff8_0000_0000_0000L;

  /** What the engine has for a null reference. */
  private static final long NULL_REFERENCE = -1;

  static SpecValue of(String type, String text) {
    return new SpecValue(ValueType.valueOf(type.toUpperCase(Locale.ROOT)), text);
  }

  /** As an argument. */
  long bits() {
    return text.equals(NULL) ? NULL_REFERENCE : Long.parseUnsignedLong(text);
  }

  /** Whether the engine's result is this, or of this pattern. */
  boolean matches(long actual) {
    return switch (type) {
      case F32 -> f32((int) actual);
      case F64 -> f64(actual);
      case I32, FUNCREF, EXTERNREF -> (int) bits() == (int) actual;
      case I64 -> bits() == actual;
    };
  }

  // The quiet bit set is what makes a NaN arithmetic; canonical is that bit alone, of either sign.
  private boolean f32(int actual) {
    return switch (text) {
      case CANONICAL -> (actual & 0x7fff_ffff) == F32_CANONICAL;
      case ARITHMETIC -> (actual & F32_CANONICAL) == F32_CANONICAL;
      default -> (int) bits() == actual;
    };
  }

  private boolean f64(long actual) {
    return switch (text) {
      case CANONICAL -> (actual & Long.MAX_VALUE) == F64_CANONICAL;
      case ARITHMETIC -> (actual & F64_CANONICAL) == F64_CANONICAL;
      default -> bits() == actual;
    };
  }

  @Override
  public String toString() {
    return type.name().toLowerCase(Locale.ROOT) + " " + text;
  }
}
