package io.banyan.node;

/** How much memory this process has, in words. */
public final class Heap {
  private Heap() {}

  /** What to say, and to do, when there is not enough of it. */
  public static String exhausted() {
    return "this process has "
        + Quantities.bytes(Runtime.getRuntime().maxMemory())
        + " of heap, and that was not enough: give it more, BANYAN_JAVA_OPTS=-Xmx…";
  }
}
