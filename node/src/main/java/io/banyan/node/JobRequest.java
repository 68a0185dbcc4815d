package io.banyan.node;

import io.banyan.schema.CallLimits;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a user asks for, before it is read, named and signed.
 *
 * @param rule none given: the module's own, if it has one
 * @param chunkBytes none given: 1 MiB, or the largest multiple of a record within it
 */
public record JobRequest(
    Path module,
    Optional<InputFile> input,
    Optional<SplitRule> rule,
    OptionalInt chunkBytes,
    Optional<Path> params,
    List<Path> shared,
    CallLimits limits,
    long timeMillis)
    implements AutoCloseable {
  public JobRequest {
    shared = List.copyOf(shared);
  }

  /** Closes the input. */
  @Override
  public void close() throws IOException {
    if (input.isPresent()) {
      input.get().close();
    }
  }
}
