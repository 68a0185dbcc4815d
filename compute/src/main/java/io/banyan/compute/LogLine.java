package io.banyan.compute;

/**
 * A line that a guest logged.
 *
 * @param level as the guest gave it: 0 error, 1 warning, 2 information, 3 detail; standard error of
 *     a command counts as a warning
 */
public record LogLine(int level, String text) {}
