package io.banyan.delegation;

/**
 * How far a job has come.
 *
 * @param leaves executed so far
 * @param done bytes of the input whose leaves are executed; cells under the rule {@code index}
 * @param total bytes of the input, or cells
 */
public record JobProgress(long leaves, long done, long total) {}
