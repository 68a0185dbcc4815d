package io.banyan.schema;

/** What a call runs. The code is part of every claim's bytes and never changes. */
public enum GuestFunction {
  SPLIT(1, "split"),
  EXECUTE(2, "execute"),
  MERGE(3, "merge");

  private final int code;
  private final String exportName;

  GuestFunction(int code, String exportName) {
    this.code = code;
    this.exportName = exportName;
  }

  /** 1 split, 2 execute, 3 merge. */
  public int code() {
    return code;
  }

  /** The name under which a module exports it. */
  public String exportName() {
    return exportName;
  }
}
