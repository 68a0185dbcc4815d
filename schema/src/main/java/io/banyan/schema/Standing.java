package io.banyan.schema;

/** What a node thinks of a peer, from evidence of its own. */
public enum Standing {
  /** Nothing, or not enough, is known. */
  NEW,
  /** Enough of its work was checked and right. */
  TRUSTED,
  /** It was wrong once. */
  PROBATION,
  /** It was wrong again; it gets no work. */
  BANNED
}
