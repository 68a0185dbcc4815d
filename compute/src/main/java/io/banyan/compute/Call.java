package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;

/**
 * One call of a guest.
 *
 * @param function one that the module exports
 * @param input parts for a merge, bytes for the others
 */
public record Call(
    GuestModule module,
    GuestFunction function,
    CallInput input,
    Configuration configuration,
    CallLimits limits) {
  public Call {
    if (!module.exports(function)) {
      throw new IllegalArgumentException(
          "module " + module.digest().abbreviated() + " exports no " + function.exportName());
    }
    boolean takesParts = function == GuestFunction.MERGE;
    if (takesParts != input instanceof CallInput.Parts) {
      throw new IllegalArgumentException(
          function.exportName() + " takes " + (takesParts ? "parts" : "bytes"));
    }
  }
}
