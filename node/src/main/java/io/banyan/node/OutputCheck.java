package io.banyan.node;

import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Named;
import io.banyan.schema.Step;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Holds an output file against the claims: without a merge it is the leaves' outputs, one after the
 * other; with one it is one blob.
 *
 * <p>For one thread.
 */
final class OutputCheck implements AutoCloseable {
  private static final int READ_BYTES = 1 << 20; // 1 MiB

  private final Optional<Path> path;
  private final boolean merges;
  private final InputStream in;
  private long position;
  private Optional<String> difference = Optional.empty();

  private OutputCheck(Optional<Path> path, boolean merges, InputStream in) {
    this.path = path;
    this.merges = merges;
    this.in = in;
  }

  /** A check of {@code path}; without one, a check that always holds. */
  static OutputCheck open(Optional<Path> path, boolean merges) throws CommandException {
    if (path.isEmpty()) {
      return new OutputCheck(path, merges, InputStream.nullInputStream());
    }
    try {
      return new OutputCheck(
          path, merges, new BufferedInputStream(Files.newInputStream(path.get())));
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, "output " + path.get() + " cannot be read: " + InputFile.reason(e), e);
    }
  }

  /** Takes the next step of the plan. */
  void step(Step step) {
    Claim claim = step.claim();
    if (path.isEmpty() || merges || claim.function() != GuestFunction.EXECUTE) {
      return;
    }
    long begin = position;
    BlobRef wanted = new BlobRef(claim.output(), claim.outputBytes());
    if (difference.isEmpty() && !hash(wanted.length()).equals(wanted)) {
      difference =
          Optional.of(
              "bytes "
                  + begin
                  + " to "
                  + (begin + wanted.length())
                  + " are not what plan node "
                  + step.node()
                  + " returned");
    }
  }

  /** The name of the next bytes of the file, {@code bytesMax} of them or all that there are. */
  private BlobRef hash(long bytesMax) {
    BlobHasher hasher = new BlobHasher();
    byte[] buffer = new byte[(int) Math.min(READ_BYTES, bytesMax)];
    long left = bytesMax;
    try {
      while (left > 0) {
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          break;
        }
        hasher.update(buffer, 0, count);
        left -= count;
        position += count;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "output " + path.orElseThrow() + " cannot be read: " + InputFile.reason(e), e));
    }
    return hasher.finish();
  }

  /** Wants the file to be at its end, and to be {@code value} if that is one blob. */
  void end(Named value) throws IOException, CommandException {
    if (path.isEmpty()) {
      return;
    }
    if (merges) {
      BlobRef actual = hash(Long.MAX_VALUE);
      if (!actual.equals(value)) {
        throw failed(
            "has the digest "
                + actual.digest()
                + " ("
                + actual.length()
                + " bytes), the receipt's has "
                + value.digest()
                + " ("
                + value.length()
                + " bytes)");
      }
      return;
    }
    if (difference.isPresent()) {
      throw failed(difference.get());
    }
    if (in.read() >= 0) {
      throw failed("is longer than the " + position + " bytes of the receipt");
    }
  }

  private CommandException failed(String reason) {
    return new CommandException(
        ExitCode.VERIFICATION_FAILED, "output " + path.orElseThrow() + ": " + reason);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
