package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a job's answer and its receipt go. */
final class AnswerOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--output",
      paramLabel = "FILE|-",
      description = "Where the answer goes (default: stdout).")
  private @Nullable String output;

  @Option(names = "--receipt", paramLabel = "FILE", description = "Keep the job receipt.")
  private @Nullable Path receipt;

  /**
   * Refuses what cannot be written, before anything is spent on it.
   *
   * @param json whether a summary goes to stdout
   */
  void requireSense(boolean json) throws CommandException {
    if (json && "-".equals(output)) {
      throw new ParameterException(
          spec.commandLine(), "--json and --output -: stdout takes one of them");
    }
    if (output != null && !output.equals("-")) {
      WholeFile.requireFolder("output", Path.of(output));
    }
    if (receipt != null) {
      WholeFile.requireFolder("receipt", receipt);
    }
    if (receipt != null && output != null && isSameFile(Path.of(output), receipt)) {
      throw new ParameterException(
          spec.commandLine(), "--output and --receipt: both are to be the file " + receipt);
    }
  }

  /** Whether one would take the other's place; a device takes both. */
  private static boolean isSameFile(Path one, Path other) {
    return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())
        && (!Files.exists(one) || Files.isRegularFile(one));
  }

  /** Where pieces go, should there be no more than that; a folder beside the output's file. */
  Optional<PieceFolder> pieces() {
    return Optional.ofNullable(output)
        .filter(path -> !path.equals("-"))
        .map(path -> PieceFolder.beside(Path.of(path)));
  }

  /** Refuses to be content with pieces that have no place to go to. */
  void requirePieces() throws CommandException {
    if (pieces().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--partial: pieces of an answer go to a folder beside --output FILE; give one");
    }
    pieces().get().requireSense();
  }

  /** Whether an answer or a receipt is to go anywhere but stdout. */
  boolean given() {
    return output != null || receipt != null;
  }

  /** Nothing is put in its place before all is written; and the receipt goes last. */
  void deliver(WholeFile.Content outputContent, WholeFile.Content receiptContent, boolean json)
      throws IOException, CommandException {
    Path outputFile = output == null || output.equals("-") ? null : Path.of(output);
    try (WholeFile outputStaged = stage("output", outputFile, outputContent);
        WholeFile receiptStaged = stage("receipt", receipt, receiptContent)) {
      if (outputStaged != null) {
        outputStaged.commit();
      } else if (!json) {
        outputContent.writeTo(System.out);
        if (System.out.checkError()) { // it flushes; and no print stream throws
          throw new CommandException(ExitCode.FAILURE, "output to stdout cannot be written");
        }
      }
      if (receiptStaged != null) {
        receiptStaged.commit();
      }
    }
  }

  private static @Nullable WholeFile stage(
      String what, @Nullable Path path, WholeFile.Content content) throws CommandException {
    return path == null ? null : WholeFile.stage(what, path, content);
  }
}
