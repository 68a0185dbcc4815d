package io.banyan.compute;

/** How a module is called. */
public enum ModuleKind {
  /** Exports {@code execute}, and perhaps {@code split}, {@code merge}, {@code configure}. */
  REACTOR,
  /** A WASI command: {@code _start} turns standard input into standard output. */
  COMMAND
}
