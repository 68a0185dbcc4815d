package io.banyan.delegation.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs small networks and, when something happens that must not, looks for the smallest network in
 * which it still happens.
 */
public final class Trial {
  private static final int RUNS_MAX = 150; // to shrink one finding

  private final Cast cast;

  /**
   * Something happened that must not.
   *
   * @param story the last things that happened before
   */
  public record Finding(Options options, Throwable cause, List<String> story) {
    /** All that a reader needs to see it happen again. */
    public String words() {
      return options.words()
          + "\n"
          + cause.getMessage()
          + "\n"
          + String.join("\n", story)
          + "\n"
          + options.words();
    }
  }

  /** Tries what production runs. */
  public static Trial ofProduction() {
    return new Trial(Cast.PRODUCTION);
  }

  Trial(Cast cast) {
    this.cast = cast;
  }

  /** What went wrong with {@code options}, if anything did. */
  public Optional<Finding> find(Options options) {
    return find(options, new ArrayList<>());
  }

  /** The same; otherwise what came of it is added to {@code reports}. */
  Optional<Finding> find(Options options, List<Report> reports) {
    Simulation simulation = new Simulation(SmallNetworks.draw(options), cast, false);
    try {
      reports.add(simulation.run());
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(new Finding(options, e, simulation.story.lines()));
    }
  }

  /** The smallest network that comes to grief as {@code found} did, as far as can be seen soon. */
  public Finding shrink(Finding found) {
    Finding smallest = found;
    int runs = 0;
    boolean shrunk = true;
    while (shrunk) {
      shrunk = false;
      for (Options smaller : smaller(smallest.options())) {
        if (runs++ == RUNS_MAX) {
          return smallest;
        }
        Optional<Finding> again = find(smaller);
        if (again.isPresent()) {
          smallest = again.get();
          shrunk = true;
          break;
        }
      }
    }
    return smallest;
  }

  private static List<Options> smaller(Options options) {
    List<Options> smaller = new ArrayList<>();
    options.faults().stream().sorted().map(options::without).forEach(smaller::add);
    if (options.wire()) {
      smaller.add(options.withoutWire());
    }
    if (options.jobs() > 1) {
      smaller.add(options.withJobs(1));
    }
    if (options.leaves() > 1) {
      smaller.add(options.withLeaves(options.leaves() / 2));
      smaller.add(options.withLeaves(options.leaves() * 3 / 4));
    }
    if (options.nodes() > 1) {
      smaller.add(options.withNodes(options.nodes() / 2));
      smaller.add(options.withNodes(options.nodes() - 1));
    }
    return smaller;
  }
}
