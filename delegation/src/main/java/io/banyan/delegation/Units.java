package io.banyan.delegation;

/**
 * The work of a task in units: bytes, or cells under the rule {@code index}. All of it is done, out
 * or remains.
 *
 * <p>Confined to the driver thread.
 */
final class Units {
  private long planned;
  private long done;
  private long out;

  Units(long planned) {
    this.planned = planned;
  }

  /** A leaf was begun, or a plan node lent. */
  void begin(long units) {
    out += units;
  }

  /** What was begun is not worked on any more. */
  void giveBack(long units) {
    out -= units;
  }

  /** What was given back, or never begun, is done. */
  void finish(long units) {
    done += units;
  }

  /** What was done does not count any more. */
  void undo(long units) {
    done -= units;
  }

  /** A split, or the loss of one, made of {@code was} units {@code is}. */
  void replan(long was, long is) {
    planned += is - was;
  }

  long done() {
    return done;
  }

  long out() {
    return out;
  }

  /** The root is done, and so is all below it. */
  void requireDone() {
    if (out != 0 || done != planned) {
      throw new IllegalStateException(
          "of " + planned + " units " + done + " are done and " + out + " are out at the end");
    }
  }

  /** What is neither done nor out. */
  long remaining() {
    return planned - done - out;
  }
}
