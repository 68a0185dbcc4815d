package io.banyan.schema;

/**
 * The signed thing of this name has arrived, is genuine, and is kept or done: a result may be
 * released, a cancel need not be said again.
 *
 * @param digest of the signed thing
 */
public record Ack(Digest digest) implements TaskMessage, ClientMessage {}
