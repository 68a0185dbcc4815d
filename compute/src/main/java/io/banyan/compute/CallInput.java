package io.banyan.compute;

import java.util.List;

/** What a call works on. The arrays are handed over: nobody changes them afterwards. */
public sealed interface CallInput {
  /** The chunk of an {@code execute}, or the data of a {@code split}. */
  record Bytes(byte[] bytes) implements CallInput {}

  /** The values of a {@code merge}, in order; they are framed as a list in the guest's memory. */
  record Parts(List<byte[]> parts) implements CallInput {
    public Parts {
      parts = List.copyOf(parts);
    }
  }
}
