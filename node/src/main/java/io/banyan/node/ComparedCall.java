package io.banyan.node;

import java.util.List;

/**
 * A call that was made by the interpreter and by compiled code, cold and hot.
 *
 * @param words how people name it
 * @param leaf whether it is a leaf of the sample, and not a shorter one, nor a merge
 * @param fuel that it took, compiled
 * @param coldNanos what compiled code took that had never run
 * @param hotNanos the least that it took later; the same as cold if it was not repeated
 * @param repeats how often it was repeated
 * @param untold why a way came to nothing, a sentence each
 * @param differences what the ways disagree in, a sentence each
 */
public record ComparedCall(
    String words,
    boolean leaf,
    long fuel,
    long coldNanos,
    long hotNanos,
    long repeats,
    List<String> untold,
    List<String> differences) {
  public ComparedCall {
    untold = List.copyOf(untold);
    differences = List.copyOf(differences);
  }
}
