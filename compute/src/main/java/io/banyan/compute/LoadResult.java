package io.banyan.compute;

/**
 * What loading a module came to: a function of its bytes alone, but where a rejection says that the
 * compiler took too long.
 */
public sealed interface LoadResult {
  /** It can be called. */
  record Loaded(GuestModule module) implements LoadResult {}

  /**
   * It breaks a rule.
   *
   * @param reason one sentence for its author, with rule and value
   */
  record Rejected(String reason) implements LoadResult {}
}
