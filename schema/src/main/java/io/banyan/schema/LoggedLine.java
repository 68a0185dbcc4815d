package io.banyan.schema;

/**
 * A line that a guest logged, by the word of who ran it: no claim speaks for it.
 *
 * @param node whose call it was
 * @param peer who ran it
 * @param level 0 error, 1 warning, 2 information, 3 detail
 * @param text at most 1 KiB in UTF-8, without control characters
 */
public record LoggedLine(
    PlanNode node, GuestFunction function, PeerId peer, int level, String text) {
  /** The least urgent there is. */
  public static final int LEVEL_MAX = 3;

  public LoggedLine {
    Rules.range("level of a line", level, 0, LEVEL_MAX);
    Rules.sentence("logged line", text);
  }
}
