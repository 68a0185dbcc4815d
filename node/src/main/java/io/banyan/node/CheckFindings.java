package io.banyan.node;

import io.banyan.compute.GuestLog;
import io.banyan.schema.SplitRule;
import java.util.List;
import java.util.Optional;

/**
 * What a check of a module on a sample found.
 *
 * @param rule by which the sample was cut
 * @param samples the leaves that were run
 * @param bytes that they were handed
 * @param nanos that they took
 * @param callFuel that each call takes for the memory that the module begins with
 * @param memoryBytesMax the most memory that a call had
 * @param growth how long values are
 * @param mergeTried whether there were leaf values enough to be grouped in more than one way
 * @param groupings in which merges came to an answer, beside the plan's own
 * @param compared the calls that were made in several ways
 * @param rehearsal by which the chunks of a job would be chosen; empty where they are not
 * @param rehearsed whether it has leaves as a job's would be, and not only the sample's
 * @param log of the call that failed, or of the first that logged anything
 * @param troubles what does not hold, a sentence each
 */
public record CheckFindings(
    SplitRule rule,
    List<LeafSample> samples,
    long bytes,
    long nanos,
    long callFuel,
    long memoryBytesMax,
    ValueGrowth growth,
    boolean mergeTried,
    List<String> groupings,
    List<ComparedCall> compared,
    Optional<Rehearsal> rehearsal,
    boolean rehearsed,
    GuestLog log,
    List<String> troubles) {
  public CheckFindings {
    samples = List.copyOf(samples);
    groupings = List.copyOf(groupings);
    compared = List.copyOf(compared);
    troubles = List.copyOf(troubles);
  }

  /** How many leaves were run. */
  public int leaves() {
    return samples.size();
  }

  /** The longest value of a leaf, or of a merge of all. */
  public long valueBytesMax() {
    return Math.max(growth.leafBytesMax(), growth.mergedBytes());
  }

  /** All that the leaves took. */
  public long fuel() {
    return samples.stream().mapToLong(LeafSample::fuel).sum();
  }

  /** What they took beside the share of each call that its bytes do not need. */
  public long fuelOfUnits() {
    return Math.max(0, fuel() - leaves() * callFuel);
  }

  /** What the costliest leaf took. */
  public long leafFuelMax() {
    return samples.stream().mapToLong(LeafSample::fuel).max().orElse(0);
  }

  /** Fuel that a worker here uses up in a second, once the JVM has compiled the module. */
  public double fuelPerSecond() {
    double best = 0;
    for (LeafSample sample : samples) {
      best = Math.max(best, sample.fuel() * 1e9 / Math.max(1, sample.nanos()));
    }
    for (ComparedCall call : compared) {
      if (call.leaf()) {
        best = Math.max(best, call.fuel() * 1e9 / Math.max(1, call.hotNanos()));
      }
    }
    return best;
  }

  /** The same with how chunks would be chosen. */
  CheckFindings with(Optional<Rehearsal> byRehearsal, boolean ofRealLeaves) {
    return new CheckFindings(
        rule,
        samples,
        bytes,
        nanos,
        callFuel,
        memoryBytesMax,
        growth,
        mergeTried,
        groupings,
        compared,
        byRehearsal,
        ofRealLeaves,
        log,
        troubles);
  }
}
