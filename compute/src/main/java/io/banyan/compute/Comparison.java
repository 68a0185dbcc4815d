package io.banyan.compute;

/**
 * Comparisons whose result is a number that a guest goes on to compute with, without a branch.
 *
 * <p>Public for the classes that are generated of a module, and for nobody else.
 */
public final class Comparison {
  /*
   * The engine's own compare and choose between 1 and 0. The JVM's second compiler makes a branch of
   * that if one of the two comes in less than a fifth of all cases, and where it depends on data the
   * processor foresees it badly: a guest that counts words without a branch had two in each round.
   */
  private Comparison() {}

  public static int equal(int a, int b) {
    return Integer.numberOfLeadingZeros(a ^ b) >>> 5;
  }

  public static int unequal(int a, int b) {
    int difference = a ^ b;
    return (difference | -difference) >>> 31;
  }

  public static int isZero(int a) {
    return Integer.numberOfLeadingZeros(a) >>> 5;
  }

  public static int less(int a, int b) {
    return (int) (((long) a - b) >>> 63);
  }

  public static int lessOrEqual(int a, int b) {
    return less(b, a) ^ 1;
  }

  public static int greater(int a, int b) {
    return less(b, a);
  }

  public static int greaterOrEqual(int a, int b) {
    return less(a, b) ^ 1;
  }

  public static int lessUnsigned(int a, int b) {
    return (int) ((Integer.toUnsignedLong(a) - Integer.toUnsignedLong(b)) >>> 63);
  }

  public static int lessOrEqualUnsigned(int a, int b) {
    return lessUnsigned(b, a) ^ 1;
  }

  public static int greaterUnsigned(int a, int b) {
    return lessUnsigned(b, a);
  }

  public static int greaterOrEqualUnsigned(int a, int b) {
    return lessUnsigned(a, b) ^ 1;
  }

  public static int equal(long a, long b) {
    return Long.numberOfLeadingZeros(a ^ b) >>> 6;
  }

  public static int unequal(long a, long b) {
    long difference = a ^ b;
    return (int) ((difference | -difference) >>> 63);
  }

  public static int isZero(long a) {
    return Long.numberOfLeadingZeros(a) >>> 6;
  }
}
