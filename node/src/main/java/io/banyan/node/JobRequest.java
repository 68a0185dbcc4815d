package io.banyan.node;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a user asks for, before it is read, named and signed.
 *
 * @param rule none given: the module's own, if it has one
 * @param chunkBytes none given: as a rehearsal has it, or else 1 MiB, or the largest multiple of a
 *     record within it
 * @param fuel of all calls together, 1 or more; none given: the sum of what each call may use
 * @param routing where its work may go
 */
public record JobRequest(
    Path module,
    Optional<InputFile> input,
    Optional<SplitRule> rule,
    OptionalInt chunkBytes,
    Optional<Path> params,
    List<Path> shared,
    CallLimits limits,
    long timeMillis,
    OptionalLong fuel,
    Routing routing)
    implements AutoCloseable {
  public JobRequest {
    shared = List.copyOf(shared);
  }

  /** A job whose calls may each use what a call may use, on any node. */
  public JobRequest(
      Path module,
      Optional<InputFile> input,
      Optional<SplitRule> rule,
      OptionalInt chunkBytes,
      Optional<Path> params,
      List<Path> shared,
      CallLimits limits,
      long timeMillis) {
    this(
        module,
        input,
        rule,
        chunkBytes,
        params,
        shared,
        limits,
        timeMillis,
        OptionalLong.empty(),
        Routing.DEFAULT);
  }

  /** Closes the input. */
  @Override
  public void close() throws IOException {
    if (input.isPresent()) {
      input.get().close();
    }
  }
}
