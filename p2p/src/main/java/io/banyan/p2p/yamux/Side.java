package io.banyan.p2p.yamux;

/** Who dialed numbers its streams odd, who listened numbers them even. */
public enum Side {
  DIALER(1),
  LISTENER(2);

  private final int firstId;

  Side(int firstId) {
    this.firstId = firstId;
  }

  int firstId() {
    return firstId;
  }

  boolean numbers(int id) {
    return id != 0 && (id & 1) == (firstId & 1);
  }
}
