package io.banyan.schema;

/** What one frame on a stream between two machines says. */
public sealed interface Message permits TaskMessage, DataMessage, ClientMessage {}
