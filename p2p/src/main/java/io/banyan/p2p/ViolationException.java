package io.banyan.p2p;

/** A peer broke a protocol: its fault, to be counted, and the end of what it came on. */
public final class ViolationException extends Exception {
  private static final long serialVersionUID = 1;

  private final String sentence;

  /**
   * @param sentence the rule that was broken, with the value that broke it
   */
  public ViolationException(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
