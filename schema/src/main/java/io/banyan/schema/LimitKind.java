package io.banyan.schema;

import java.util.Locale;

/** Which limit of the profile a call ran into. The code is part of every claim's bytes. */
public enum LimitKind {
  /** The guest's calls nest too deep. */
  DEPTH(1),
  /** A call returned more than {@link CallLimits#outputBytesMax()}. */
  OUTPUT(2),
  /** The framed input of a merge exceeds half the memory limit. */
  MERGE(3),
  /** The input or output of a split exceeds a quarter of the memory limit. */
  SPLIT(4),
  /** A leaf is longer than {@link Limits#LEAF_BYTES_MAX}. */
  LEAF(5);

  private final int code;

  LimitKind(int code) {
    this.code = code;
  }

  /** 1 or more. */
  public int code() {
    return code;
  }

  /** The name as people read it. */
  public String words() {
    return name().toLowerCase(Locale.ROOT);
  }
}
