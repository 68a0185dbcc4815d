package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.InputFile;
import io.banyan.node.JobRequest;
import io.banyan.node.Quantities;
import io.banyan.node.Scratch;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Limits;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a job is asked with. */
final class JobOptions {
  @Option(names = "--input", paramLabel = "FILE|-", description = "What it works on.")
  private @Nullable String input;

  @Option(
      names = "--split",
      paramLabel = "RULE",
      description = "lines, bytes, records:N, index:C or module (default: module, if it can).")
  private @Nullable String split;

  @Option(
      names = "--chunk",
      paramLabel = "SIZE",
      description = "Bytes of input a leaf (default: 64KiB to 1MiB, by a rehearsal of leaves).")
  private @Nullable String chunk;

  @Option(names = "--params", paramLabel = "FILE", description = "Handed to each call, 64 KiB.")
  private @Nullable Path params;

  @Option(names = "--shared", paramLabel = "FILE", description = "Likewise, up to eight times.")
  private List<Path> shared = new ArrayList<>();

  @Option(
      names = "--fuel",
      paramLabel = "N",
      description = "What all calls together may use (default: what they may use each, summed).")
  private @Nullable String fuel;

  @Option(
      names = "--leaf-fuel",
      paramLabel = "N",
      description = "What a call may use, metered work (default: ${DEFAULT-VALUE}).")
  private String leafFuel = "1G";

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Memory a call may use (default: ${DEFAULT-VALUE}).")
  private String memory = "256MiB";

  @Option(
      names = "--leaf-time",
      paramLabel = "TIME",
      description = "Time after which a call is given up (default: ${DEFAULT-VALUE}).")
  private String leafTime = "30s";

  @Option(
      names = "--leaf-output",
      paramLabel = "SIZE",
      description = "What a call may return (default: ${DEFAULT-VALUE}).")
  private String leafOutput = "16MiB";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Time for the whole job (default: ${DEFAULT-VALUE}).")
  private String timeout = "1h";

  /** The request that these options make of {@code module}; the input is open. */
  JobRequest request(Path module, Scratch scratch, Routing routing)
      throws IOException, CommandException {
    return new JobRequest(
        module,
        openInput(scratch),
        split == null ? Optional.empty() : Optional.of(read("--split", split, SplitRule::parse)),
        chunkBytes(),
        Optional.ofNullable(params),
        shared,
        limits(),
        read("--timeout", timeout, Quantities::parseMillis),
        fuel(),
        routing);
  }

  private OptionalLong fuel() throws CommandException {
    if (fuel == null) {
      return OptionalLong.empty();
    }
    long most = read("--fuel", fuel, Quantities::parseFuel);
    if (most < 1) {
      throw new CommandException(ExitCode.USAGE, "--fuel: '" + fuel + "' must be 1 or more");
    }
    return OptionalLong.of(most);
  }

  private OptionalInt chunkBytes() throws CommandException {
    if (chunk == null) {
      return OptionalInt.empty();
    }
    long bytes = read("--chunk", chunk, Quantities::parseBytes);
    if (bytes > Limits.CHUNK_BYTES_MAX) {
      throw new CommandException(
          ExitCode.USAGE,
          "--chunk: '" + chunk + "' is " + bytes + " bytes, limit " + Limits.CHUNK_BYTES_MAX);
    }
    return OptionalInt.of((int) bytes);
  }

  private CallLimits limits() throws CommandException {
    long callFuel = read("--leaf-fuel", leafFuel, Quantities::parseFuel);
    long memoryBytes = read("--memory", memory, Quantities::parseBytes);
    long outputBytes = read("--leaf-output", leafOutput, Quantities::parseBytes);
    long millis = read("--leaf-time", leafTime, Quantities::parseMillis);
    CallLimits usual = CallLimits.DEFAULT;
    try {
      return new CallLimits(callFuel, memoryBytes, usual.depthBytesMax(), outputBytes, millis);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private static <T> T read(String option, String text, Function<String, T> parse)
      throws CommandException {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, option + ": " + e.getMessage(), e);
    }
  }

  private Optional<InputFile> openInput(Scratch scratch) throws IOException, CommandException {
    if (input == null) {
      return Optional.empty();
    }
    return Optional.of(
        input.equals("-")
            ? InputFile.spool(System.in, scratch.folder())
            : InputFile.open(Path.of(input)));
  }
}
