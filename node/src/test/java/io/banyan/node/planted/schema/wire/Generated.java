package io.banyan.node.planted.schema.wire;

/** Stands for generated code. */
public final class Generated {}
