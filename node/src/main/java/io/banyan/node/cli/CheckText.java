package io.banyan.node.cli;

import io.banyan.compute.GuestModule;
import io.banyan.compute.Measure;
import io.banyan.node.CheckFindings;
import io.banyan.node.ChunkChoice;
import io.banyan.node.ComparedCall;
import io.banyan.node.Quantities;
import io.banyan.node.Rehearsal;
import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Profile;
import io.banyan.schema.SplitRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** What {@code check} found, for people: a page. */
record CheckText(Path path, GuestModule module, CallLimits limits) {
  private static final int MEASURES_SHOWN = 4;

  List<String> lines(Optional<CheckFindings> findings, List<String> advice) {
    List<String> lines = new ArrayList<>(ofModule());
    findings.ifPresent(
        found -> {
          lines.addAll(sample(found));
          lines.addAll(merges(found));
        });
    advice.forEach(sentence -> lines.add("advice    " + sentence));
    findings.ifPresent(
        found -> {
          found.troubles().forEach(trouble -> lines.add("TROUBLE   " + trouble));
          String sound = "sound     on this sample" + (untried(found) ? ", but for the merge" : "");
          lines.add(found.troubles().isEmpty() ? sound : "not sound");
        });
    return lines.stream().map(Words::printable).toList();
  }

  private List<String> ofModule() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "module    "
            + path
            + ": "
            + module.kind().name().toLowerCase(Locale.ROOT)
            + ", profile "
            + Profile.ONE.id());
    lines.add("exports   " + String.join(", ", module.exports()));
    lines.add(
        "imports   " + (module.imports().isEmpty() ? "none" : String.join(", ", module.imports())));
    lines.add(
        "memory    begins with "
            + Quantities.bytes(module.memoryBytesMin())
            + ", may grow to "
            + Quantities.bytes(module.memoryBytesMax())
            + " by its own word, to "
            + Quantities.bytes(limits.memoryBytesMax())
            + " by --memory");
    lines.add(
        "limits    all kept; nearest: "
            + module.measures().stream()
                .sorted(Comparator.comparingDouble(Measure::share).reversed())
                .limit(MEASURES_SHOWN)
                .map(it -> it.rule() + " " + it.value() + " of " + it.max())
                .collect(Collectors.joining(", ")));
    module.warnings().forEach(warning -> lines.add("warning   " + warning));
    return lines;
  }

  private List<String> sample(CheckFindings found) {
    List<String> lines = new ArrayList<>();
    lines.add("sample    " + found.leaves() + " leaves, " + Quantities.bytes(found.bytes()));
    found.compared().forEach(call -> lines.add(same(call)));
    double units = unitsOf(found);
    if (units > 0) {
      String unit = byIndex(found) ? "leaf" : "MiB";
      lines.add(
          "fuel      "
              + Quantities.fuel(found.fuelOfUnits() / units)
              + " per "
              + unit
              + " and "
              + Quantities.fuel(found.callFuel())
              + " a call; up to "
              + Quantities.fuel(found.leafFuelMax())
              + " a leaf, which may use "
              + Quantities.fuel(limits.fuel()));
      lines.add(
          String.format(
              Locale.ROOT,
              "time      %.3g ms per %s on one worker, once it is hot",
              found.fuelOfUnits() / units / found.fuelPerSecond() * 1e3,
              unit));
      lines.add(
          "memory    up to "
              + Quantities.bytes(found.memoryBytesMax())
              + " a call, "
              + found.memoryBytesMax() / CallLimits.PAGE_BYTES
              + (found.memoryBytesMax() == CallLimits.PAGE_BYTES ? " page" : " pages"));
    }
    found.rehearsal().ifPresent(rehearsal -> lines.add(chunk(found, rehearsal)));
    lines.add(
        "values    up to "
            + Quantities.bytes(found.valueBytesMax())
            + "; a call may return "
            + Quantities.bytes(limits.outputBytesMax()));
    return lines;
  }

  private static String same(ComparedCall call) {
    String verdict = call.differences().isEmpty() ? "same      " : "DIFFERENT ";
    boolean interpreted = call.untold().stream().noneMatch(it -> it.startsWith("interpreted"));
    String untold =
        call.untold().isEmpty() ? "" : "; not compared: " + String.join("; ", call.untold());
    return verdict
        + call.words()
        + (interpreted ? ": interpreted, compiled (cold " : ": compiled (cold ")
        + Quantities.seconds(call.coldNanos() / 1e9)
        + ", hot "
        + Quantities.seconds(call.hotNanos() / 1e9)
        + " after "
        + call.repeats()
        + " repeats): "
        + call.fuel()
        + " fuel"
        + untold;
  }

  /** In MiB; in leaves where they have no bytes of an input. */
  private static double unitsOf(CheckFindings found) {
    return byIndex(found) ? found.leaves() : found.bytes() / (double) (1 << 20);
  }

  private static boolean byIndex(CheckFindings found) {
    return found.rule() instanceof SplitRule.ByIndex;
  }

  private static String chunk(CheckFindings found, Rehearsal rehearsal) {
    if (byIndex(found)) {
      return "chunk     a cell each: " + Quantities.fuel(rehearsal.operationWeight()) + " fuel";
    }
    int chunkBytes = rehearsal.chunkBytes();
    return "chunk     "
        + Quantities.bytes(chunkBytes)
        + ": a leaf costs "
        + Quantities.fuel(rehearsal.callFuel() + rehearsal.fuelPerUnit() * chunkBytes)
        + " fuel, nearest to "
        + Quantities.fuel(ChunkChoice.LEAF_FUEL)
        + " of those up to "
        + Quantities.bytes(ChunkChoice.most(found.rule()))
        + (found.rehearsed()
            ? ", by a rehearsal as run and submit make it"
            : ", by the short leaves of this sample");
  }

  private List<String> merges(CheckFindings found) {
    List<String> lines = new ArrayList<>();
    if (!found.groupings().isEmpty()) {
      boolean same = found.troubles().stream().noneMatch(it -> it.startsWith("merge, grouped"));
      lines.add(
          "merge     "
              + (same ? "may be regrouped: the same " : "must not be regrouped: tried ")
              + "as the plan groups, "
              + String.join(", ", found.groupings()));
      lines.add("          " + growth(found));
    } else if (!module.exports(GuestFunction.MERGE)) {
      lines.add("merge     none: the answer is the leaves' values one after the other");
    } else if (untried(found)) {
      lines.add("merge     " + notTried(found));
    }
    return lines;
  }

  /** Which merges would be handed too much. */
  private String growth(CheckFindings found) {
    long bytesMax = limits.mergeInputBytesMax();
    String seen =
        "values of up to "
            + Quantities.bytes(found.growth().leafBytesMax())
            + " a leaf, "
            + Quantities.bytes(found.growth().mergedBytes())
            + " over "
            + found.leaves();
    String may = "; a merge may be handed " + Quantities.bytes(bytesMax);
    if (found.growth().exceedsAtOnce(bytesMax)) {
      return seen + may + ", which 16 of them exceed";
    }
    OptionalLong leaves = found.growth().leavesMax(bytesMax);
    if (leaves.isEmpty()) {
      return seen + may + ", which none is expected to exceed";
    }
    double each = byIndex(found) ? 0 : (double) found.bytes() / found.leaves();
    String over =
        each == 0
            ? leaves.getAsLong() + " leaves"
            : Quantities.bytes((long) (leaves.getAsLong() * each)) + " of input";
    return seen + may + ", which those over more than " + over + " would exceed, growing like that";
  }

  boolean untried(CheckFindings found) {
    return module.exports(GuestFunction.MERGE) && !found.mergeTried();
  }

  static String notTried(CheckFindings found) {
    return "not tried: " + found.leaves() + (found.leaves() == 1 ? " leaf value" : " leaf values");
  }
}
