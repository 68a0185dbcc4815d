package io.banyan.node;

import io.banyan.compute.GuestModule;
import io.banyan.compute.Measure;
import io.banyan.schema.CallLimits;
import io.banyan.schema.SplitRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a module's author, or its user, had better change: a sentence each. */
public final class CheckAdvice {
  private static final double NEAR = 0.8; // of a limit
  private static final double DEAR = 0.1; // of a leaf's fuel, for what its bytes do not need
  private static final double CHEAP = 0.25; // of what a leaf should cost

  private final GuestModule module;
  private final CallLimits limits;
  private final List<String> advice = new ArrayList<>();

  private CheckAdvice(GuestModule module, CallLimits limits) {
    this.module = module;
    this.limits = limits;
  }

  /**
   * What follows from the module itself, and from what was found on a sample.
   *
   * @param workers of this machine
   * @param guestBytes what all guests together may reserve on this machine
   */
  public static List<String> of(
      GuestModule module,
      CallLimits limits,
      Optional<CheckFindings> findings,
      int workers,
      long guestBytes) {
    CheckAdvice check = new CheckAdvice(module, limits);
    module.measures().stream().filter(it -> it.share() >= NEAR).forEach(check::nearLimit);
    findings.ifPresent(
        found -> {
          check.memory(found, workers, guestBytes);
          check.chunks(found);
          check.merges(found);
        });
    return List.copyOf(check.advice);
  }

  private void nearLimit(Measure measure) {
    advice.add(
        "the module takes "
            + measure.value()
            + " of "
            + measure.max()
            + " by the rule "
            + measure.rule()
            + ": compile with -Os, and link with --gc-sections, to stay below");
  }

  private void memory(CheckFindings found, int workers, long guestBytes) {
    if (found.memoryBytesMax() >= NEAR * limits.memoryBytesMax()) {
      advice.add(
          "a call had "
              + Quantities.bytes(found.memoryBytesMax())
              + " of the "
              + Quantities.bytes(limits.memoryBytesMax())
              + " that it may have: give more by --memory, or smaller chunks by --chunk");
    }
    long mayHave = Math.min(limits.memoryBytesMax(), module.memoryBytesMax());
    long reserved = mayHave / 2 * 3; // what the sandbox sets aside for a call
    if (reserved * workers > guestBytes && found.memoryBytesMax() * 4 < mayHave) {
      advice.add(
          "a call sets aside "
              + Quantities.bytes(reserved)
              + ", so that only "
              + guestBytes / reserved
              + " run here at a time, and none had more than "
              + Quantities.bytes(found.memoryBytesMax())
              + ": give less by --memory, or link with -Wl,--max-memory=BYTES");
    }
  }

  private void chunks(CheckFindings found) {
    if (found.rehearsal().isEmpty() || found.rule() instanceof SplitRule.ByIndex) {
      return;
    }
    Rehearsal rehearsal = found.rehearsal().get();
    double fuel = rehearsal.callFuel() + rehearsal.fuelPerUnit() * rehearsal.chunkBytes();
    if (fuel > limits.fuel()) {
      advice.add(
          "a leaf of "
              + Quantities.bytes(rehearsal.chunkBytes())
              + " would cost "
              + Quantities.fuel(fuel)
              + " fuel, and a call may use "
              + Quantities.fuel(limits.fuel())
              + ": give more by --leaf-fuel, or smaller chunks by --chunk");
    }
    if (rehearsal.callFuel() > DEAR * fuel) {
      advice.add(
          "the memory that the module begins with, "
              + Quantities.bytes(module.memoryBytesMin())
              + ", costs each call "
              + Quantities.fuel(rehearsal.callFuel())
              + " fuel of "
              + Quantities.fuel(fuel)
              + ": link with a smaller -Wl,--initial-memory=BYTES or stack, or give --chunk "
              + "16MiB");
    } else if (fuel < CHEAP * ChunkChoice.LEAF_FUEL) {
      advice.add(
          "even a leaf of "
              + Quantities.bytes(rehearsal.chunkBytes())
              + " costs only "
              + Quantities.fuel(fuel)
              + " fuel, about "
              + Quantities.seconds(fuel / found.fuelPerSecond())
              + " here, and handing it to a peer may take longer: for large inputs give larger"
              + " chunks by --chunk, up to 16MiB");
    }
  }

  private void merges(CheckFindings found) {
    if (!found.groupings().isEmpty()
        && found.troubles().stream().anyMatch(trouble -> trouble.startsWith("merge, grouped"))) {
      advice.add(
          "return from merge what does not tell how its values were grouped (sums, sorted lists,"
              + " sets), or keep to one --chunk for answers that are to be compared");
    }
  }
}
