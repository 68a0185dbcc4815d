package io.banyan.compute;

import java.util.HexFormat;

/** Two ways to run one module that did not come to the same. */
record Difference(GeneratedModule module, String what) {
  @Override
  public String toString() {
    return "%s: %s%nmodule: %s".formatted(module, what, HexFormat.of().formatHex(module.wasm()));
  }
}
