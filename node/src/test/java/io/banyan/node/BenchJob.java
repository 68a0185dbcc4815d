package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.schema.CallLimits;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A job that is measured; nothing of it is ever remembered.
 *
 * @param chunkBytes none given: as the rehearsal has it
 */
record BenchJob(
    String name,
    Path module,
    Optional<Path> input,
    Optional<SplitRule> rule,
    OptionalInt chunkBytes,
    Optional<Path> params,
    List<Path> shared) {
  private static final long TIME_MILLIS = 300_000; // 5 min

  /** So that two workers of a small heap need not take turns: a call reserves 1.5 times as much. */
  private static final long MEMORY_BYTES = 64L << 20; // 64 MiB

  /** Reads, names and signs it: with a token of its own, so that it is another job each time. */
  Ready ready(PublicKey entry, Sandbox sandbox, Identity user)
      throws IOException, CommandException, InterruptedException {
    CallLimits usual = CallLimits.DEFAULT;
    Optional<InputFile> file = Optional.empty();
    if (input.isPresent()) {
      file = Optional.of(InputFile.open(input.get()));
    }
    JobRequest request =
        new JobRequest(
            module,
            file,
            rule,
            chunkBytes,
            params,
            shared,
            new CallLimits(
                10 * usual.fuel(),
                MEMORY_BYTES,
                usual.depthBytesMax(),
                usual.outputBytesMax(),
                usual.wallMillis()),
            TIME_MILLIS,
            OptionalLong.empty(),
            Routing.DEFAULT,
            JobRequest.RETRIES,
            1000,
            MemoPolicy.REFUSED);
    JobDraft draft = JobDraft.rehearsed(request, entry, sandbox, _ -> {}, _ -> {});
    return new Ready(request, draft.sign(user), JobDraft.readModule(module));
  }

  /** A job that can be handed in. */
  record Ready(JobRequest request, PreparedJob job, byte[] wasm) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      request.close();
    }
  }
}
