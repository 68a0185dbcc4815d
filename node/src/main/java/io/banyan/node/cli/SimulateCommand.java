package io.banyan.node.cli;

import io.banyan.delegation.simulation.LargeNetwork;
import io.banyan.delegation.simulation.Measured;
import io.banyan.delegation.simulation.Options;
import io.banyan.delegation.simulation.Trial;
import io.banyan.delegation.simulation.Workload;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.WholeFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code banyan simulate}: networks of nodes that are not there. */
@Command(
    name = "simulate",
    description = {
      "Runs a job on nodes that are simulated: the same decisions, on a virtual clock and network.",
      "With --faults, small networks in which all goes wrong that can."
    },
    sortOptions = false)
final class SimulateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private WorkloadOptions workload;

  @Option(
      names = "--star",
      description = "Also one node that manages all others, as far as it knows them.")
  private boolean star;

  @Option(
      names = "--faults",
      paramLabel = "SEEDS",
      description = "Instead, so many small networks with faults, from --seed on.")
  private int seeds;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Draw makespan and messages against the number of nodes.")
  private Optional<Path> svg = Optional.empty();

  @Override
  public Integer call() throws CommandException {
    Output out = new Output(spec);
    if (seeds > 0) {
      return trials(out).number();
    }
    List<SimulatedRun> runs = new ArrayList<>();
    for (Workload each : workload.workloads()) {
      runs.add(run(each, out));
      if (star && each.fanOut() < each.nodes() - 1) {
        runs.add(run(each.star(), out));
      }
    }
    if (json) {
      out.json(SimulationText.json(runs));
    }
    if (svg.isPresent()) {
      byte[] picture = new SimulationPicture(runs).svg().getBytes(StandardCharsets.UTF_8);
      try (WholeFile file = WholeFile.stage("picture", svg.get(), to -> to.write(picture))) {
        file.commit();
      }
    }
    boolean right = runs.stream().allMatch(run -> run.measured().right());
    return (right ? ExitCode.OK : ExitCode.VERIFICATION_FAILED).number();
  }

  private SimulatedRun run(Workload each, Output out) {
    long beganNanos = System.nanoTime();
    Measured measured = LargeNetwork.run(each);
    SimulatedRun run = new SimulatedRun(measured, (System.nanoTime() - beganNanos) / 1e9);
    if (!json) {
      SimulationText.lines(run).forEach(out::data);
    }
    return run;
  }

  private ExitCode trials(Output out) {
    Trial trial = Trial.ofProduction();
    int found = 0;
    for (long seed = workload.seed(); seed < workload.seed() + seeds; seed++) {
      Optional<Trial.Finding> finding = trial.find(Options.of(seed));
      if (finding.isPresent()) {
        found++;
        out.say(trial.shrink(finding.get()).words());
      }
    }
    if (json) {
      out.json(SimulationText.trials(workload.seed(), seeds, found));
    } else {
      out.data(
          "%d small networks from seed %d on: %d findings"
              .formatted(seeds, workload.seed(), found));
    }
    return found == 0 ? ExitCode.OK : ExitCode.VERIFICATION_FAILED;
  }
}
