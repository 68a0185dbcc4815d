package io.banyan.delegation.simulation;
import java.util.Optional;
public final class BugHunt {
  public static void main(String[] args) {
    for (PlantedBug bug : PlantedBug.values()) {
      if (args.length > 0 && !bug.name().equals(args[0])) continue;
      Trial trial = new Trial(bug);
      long t = System.nanoTime();
      long seed = 0; Optional<Trial.Finding> f = Optional.empty();
      for (; seed < 3000 && f.isEmpty(); seed++) f = trial.find(Options.of(seed));
      System.err.println(bug + " " + (f.isPresent() ? "at " + (seed-1) + " " + (System.nanoTime()-t)/1000000 + " ms: " + String.valueOf(f.get().cause()).lines().findFirst().get().substring(0, Math.min(200, String.valueOf(f.get().cause()).length())) : "NOT FOUND"));
      if (args.length > 1) { System.err.println(trial.shrink(f.get()).words()); f.get().cause().printStackTrace(); }
    }
  }
}
