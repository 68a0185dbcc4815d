package io.banyan.p2p;

/** Why something that a peer sent or asked for was refused. */
enum Refusal {
  TOO_MANY_CONNECTIONS("too many connections"),
  TOO_MANY_HANDSHAKES("too many handshakes"),
  TOO_MANY_OF_ADDRESS("too many handshakes of an address"),
  TOO_MANY_OF_PEER("too many connections of a peer"),
  HOST_CLOSED("host is closed"),
  TOO_MANY_NOTICES("too many comings and goings"),
  NOT_LIBP2P("not libp2p"),
  BROKEN_HANDSHAKE("broken handshake"),
  HANDSHAKE_TIMEOUT("handshake timeout"),
  WRONG_PEER("wrong peer"),
  OWN_PEER_ID("own peer id"),
  BROKEN_FRAME("broken frame"),
  YAMUX("yamux violation"),
  UNKNOWN_PROTOCOL("unknown protocol"),
  BROKEN_NEGOTIATION("broken negotiation"),
  NEGOTIATION_TIMEOUT("negotiation timeout"),
  TOO_MANY_STREAMS("too many streams"),
  BROKEN_IDENTIFY("broken identify"),
  FAILED_STREAM("failed stream");

  private final String label;

  Refusal(String label) {
    this.label = label;
  }

  /** As people read it. */
  String label() {
    return label;
  }
}
