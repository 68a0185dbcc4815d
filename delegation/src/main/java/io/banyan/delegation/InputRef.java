package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import java.util.List;

/** What a call is handed, by name: whoever performs the call fetches the bytes. */
public sealed interface InputRef {
  /** The bytes [from, to) of the job's input. */
  record InputRange(long from, long to) implements InputRef {}

  /** The index of a cell under the rule {@code index}, and how many there are. */
  record CellIndex(int cell, int cells) implements InputRef {}

  /** A part that a split made. */
  record Part(BlobRef part) implements InputRef {}

  /** The values to be merged, in order; two or more. */
  record Values(List<BlobRef> values) implements InputRef {
    public Values {
      values = List.copyOf(values);
    }
  }
}
