package io.banyan.p2p.noise;

import io.banyan.schema.PeerId;

/** Somebody else answered. */
public final class WrongPeerException extends Exception {
  private static final long serialVersionUID = 1L;

  WrongPeerException(PeerId expected, PeerId found) {
    super(found + " answered, and not " + expected);
  }
}
