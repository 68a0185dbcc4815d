package io.banyan.delegation.simulation;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What a small network is drawn from: together with the code, all that a simulation depends on.
 *
 * @param seed of everything that is drawn
 * @param nodes 1 or more; the first is the entry node
 * @param jobs 1 or more
 * @param leaves that a job has at most, 1 or more
 * @param faults what goes wrong, for a while
 * @param wire whether every message is encoded, and decoded by who gets it
 */
public record Options(
    long seed, int nodes, int jobs, int leaves, Set<FaultKind> faults, boolean wire) {
  static final int NODES_MAX = 8;
  static final int LEAVES_MAX = 400;

  /** Of so many seeds one sends every message through the codec, whatever it draws. */
  private static final int WIRE_ONE_IN = 100;

  public Options {
    faults = Set.copyOf(faults);
    if (nodes < 1 || jobs < 1 || leaves < 1) {
      throw new IllegalArgumentException(
          "a simulation of " + nodes + " nodes, " + jobs + " jobs, " + leaves + " leaves");
    }
  }

  /** What {@code seed} stands for. */
  public static Options of(long seed) {
    SplittableRandom random = new Draws(seed).of("options");
    int nodes = 2 + random.nextInt(NODES_MAX - 1);
    int jobs = random.nextInt(3) == 0 ? 2 : 1;
    int leaves = random.nextInt(4) == 0 ? LEAVES_MAX : LEAVES_MAX / 4;
    Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
    if (random.nextInt(6) > 0) {
      int oneIn = 2 + random.nextInt(5);
      for (FaultKind kind : FaultKind.values()) {
        if (random.nextInt(oneIn) == 0) {
          faults.add(kind);
        }
      }
    }
    boolean wire = random.nextInt(20) == 0;
    return new Options(
        seed, nodes, jobs, leaves, faults, wire || Math.floorMod(seed, WIRE_ONE_IN) == 0);
  }

  Options withNodes(int fewer) {
    return new Options(seed, fewer, jobs, leaves, faults, wire);
  }

  Options withJobs(int fewer) {
    return new Options(seed, nodes, fewer, leaves, faults, wire);
  }

  Options withLeaves(int fewer) {
    return new Options(seed, nodes, jobs, fewer, faults, wire);
  }

  Options without(FaultKind kind) {
    Set<FaultKind> fewer = EnumSet.noneOf(FaultKind.class);
    fewer.addAll(faults);
    fewer.remove(kind);
    return new Options(seed, nodes, jobs, leaves, fewer, wire);
  }

  Options withoutWire() {
    return new Options(seed, nodes, jobs, leaves, faults, false);
  }

  /** In a sentence, in the same order every time. */
  public String words() {
    String going =
        faults.isEmpty()
            ? "nothing goes wrong"
            : faults.stream().sorted().map(FaultKind::words).collect(Collectors.joining(", "));
    return "seed %d: %d nodes, %d jobs of at most %d leaves%s; %s"
        .formatted(seed, nodes, jobs, leaves, wire ? ", all through the codec" : "", going);
  }
}
