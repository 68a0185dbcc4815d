package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.Verification;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Job options that this build does not have yet: refused by name, so that nobody believes in a
 * limit or a check that is not there.
 */
final class LaterOptions {
  @Option(names = "--verify", paramLabel = "none", description = "How sure: none, for now.")
  private String verify = "none";

  @Option(names = "--retries", hidden = true)
  private @Nullable String retries;

  @Option(names = "--partial", hidden = true)
  private @Nullable String partial;

  @Option(names = "--no-memo", hidden = true)
  private boolean noMemo;

  @Option(names = "--audit", hidden = true)
  private @Nullable String audit;

  /** Ends the command if any of them was given. */
  void refuse() throws CommandException {
    if (!verification().equals(new Verification.None())) {
      throw later(
          "--verify " + verify,
          "audits are not there yet; the one level is none: integrity checked, execution not"
              + " audited");
    }
    refuse("--retries", retries, "each plan node is tried by up to four peers");
    refuse("--partial", partial, "a job is finished whole or not at all");
    refuse("--no-memo", noMemo ? "" : null, "nothing is remembered between jobs yet");
    refuse("--audit", audit, "use 'banyan verify --replay' on the receipt");
  }

  private Verification verification() throws CommandException {
    try {
      return Verification.parse(verify);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "--verify: " + e.getMessage(), e);
    }
  }

  private static void refuse(String option, @Nullable String given, String why)
      throws CommandException {
    if (given != null) {
      throw later(option, why);
    }
  }

  private static CommandException later(String option, String why) {
    return new CommandException(ExitCode.USAGE, option + " is not in this build: " + why);
  }
}
