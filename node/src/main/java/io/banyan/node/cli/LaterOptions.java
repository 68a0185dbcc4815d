package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Job options that this build does not have yet: refused by name, so that nobody believes in a
 * limit or a check that is not there.
 */
final class LaterOptions {
  @Option(names = "--verify", paramLabel = "none", description = "How sure: none, for now.")
  private String verify = "none";

  @Option(names = {"--fuel", "--leaf-fuel"}, hidden = true)
  private List<String> fuel = new ArrayList<>();

  @Option(names = "--retries", hidden = true)
  private @Nullable String retries;

  @Option(names = "--priority", hidden = true)
  private @Nullable String priority;

  @Option(names = "--partial", hidden = true)
  private @Nullable String partial;

  @Option(names = "--no-memo", hidden = true)
  private boolean noMemo;

  @Option(names = "--audit", hidden = true)
  private @Nullable String audit;

  @Option(names = {"--only-peers", "--labels"}, hidden = true)
  private List<String> routing = new ArrayList<>();

  /** Ends the command if any of them was given. */
  void refuse() throws CommandException {
    if (!verify.equals("none")) {
      throw later(
          "--verify " + verify,
          "nothing is run again yet; the one level is none: integrity checked, execution not"
              + " audited");
    }
    if (!fuel.isEmpty()) {
      throw later("--fuel and --leaf-fuel", "calls are not metered yet; bound them by --leaf-time");
    }
    if (retries != null) {
      throw later("--retries", "there are no peers yet to try again with");
    }
    if (priority != null) {
      throw later("--priority", "this process runs one job");
    }
    if (partial != null) {
      throw later("--partial", "a job is finished whole or not at all");
    }
    if (noMemo) {
      throw later("--no-memo", "nothing is remembered between jobs yet");
    }
    if (audit != null) {
      throw later("--audit", "use 'banyan verify --replay' on the receipt");
    }
    if (!routing.isEmpty()) {
      throw later("--only-peers and --labels", "there are no peers yet");
    }
  }

  private static CommandException later(String option, String why) {
    return new CommandException(ExitCode.USAGE, option + " is not in this build: " + why);
  }
}
