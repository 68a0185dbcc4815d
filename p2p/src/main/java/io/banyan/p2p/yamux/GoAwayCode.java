package io.banyan.p2p.yamux;

/** Why a session ends, as this node says it. */
public enum GoAwayCode {
  NORMAL(0),
  PROTOCOL_ERROR(1),
  INTERNAL_ERROR(2);

  private final int number;

  GoAwayCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
