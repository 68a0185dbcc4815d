package io.banyan.node.cli;

import io.banyan.delegation.simulation.Workload;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What is simulated, as the options of the command line say it. */
final class WorkloadOptions {
  private static final Pattern SPEEDS = Pattern.compile("([0-9.]+)-([0-9.]+)");
  private static final Pattern PERCENT = Pattern.compile("([0-9.]+) *%?( */ *min)?");

  @Option(
      names = "--nodes",
      paramLabel = "N",
      split = ",",
      description = "Nodes; several numbers make several runs (default: 1000).")
  private List<Integer> nodes = List.of(1000);

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Workers of a node (default: ${DEFAULT-VALUE}).")
  private int workers = 1;

  @Option(
      names = "--leaves",
      paramLabel = "N",
      description = "Leaves of the job (default: ${DEFAULT-VALUE}).")
  private int leaves = 100_000;

  @Option(
      names = "--leaf-time",
      paramLabel = "TIME",
      description = "What a leaf takes at speed 1, on average (default: ${DEFAULT-VALUE}).")
  private String leafTime = "5s";

  @Option(
      names = "--spread",
      paramLabel = "SHARE",
      description = "By which leaves differ from that (default: ${DEFAULT-VALUE}).")
  private double spread = 0.3;

  @Option(
      names = "--speeds",
      paramLabel = "FROM-TO",
      description = "Speeds of the nodes (default: ${DEFAULT-VALUE}).")
  private String speeds = "1-16";

  @Option(
      names = "--fan-out",
      paramLabel = "N",
      description = "Nodes that a node knows below it (default: ${DEFAULT-VALUE}).")
  private int fanOut = 32;

  @Option(
      names = "--churn",
      paramLabel = "SHARE",
      description = "Nodes that crash and come back, such as 1%%/min (default: ${DEFAULT-VALUE}).")
  private String churn = "0%/min";

  @Option(
      names = "--loss",
      paramLabel = "SHARE",
      description = "Messages that are lost, such as 0.5%% (default: ${DEFAULT-VALUE}).")
  private String loss = "0%";

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      description = "Between two nodes (default: ${DEFAULT-VALUE}).")
  private String latency = "2ms";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of all that is drawn (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  long seed() {
    return seed;
  }

  /** A workload for each number of nodes. */
  List<Workload> workloads() throws CommandException {
    Matcher range = SPEEDS.matcher(speeds);
    if (!range.matches()) {
      throw new CommandException(
          ExitCode.USAGE, "--speeds: '" + speeds + "' is no range such as 1-16");
    }
    List<Workload> workloads = new ArrayList<>();
    try {
      for (int each : nodes) {
        workloads.add(
            new Workload(
                seed,
                each,
                workers,
                leaves,
                Quantities.parseMillis(leafTime) / 1e3,
                spread,
                Double.parseDouble(range.group(1)),
                Double.parseDouble(range.group(2)),
                fanOut,
                percent("--churn", churn),
                percent("--loss", loss),
                Quantities.parseMillis(latency)));
      }
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "simulate: " + e.getMessage(), e);
    }
    return workloads;
  }

  private static double percent(String option, String text) throws CommandException {
    Matcher share = PERCENT.matcher(text);
    if (!share.matches()) {
      throw new CommandException(
          ExitCode.USAGE, option + ": '" + text + "' is no share such as 1%");
    }
    return Double.parseDouble(share.group(1));
  }
}
