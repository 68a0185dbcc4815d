package io.banyan.node;

import com.google.gson.JsonObject;
import io.banyan.schema.SplitRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a few leaves of a job came to before it was signed, and what follows from it: how long its
 * chunks are, and what a unit of it is expected to cost. Made by {@link Rehearser}.
 *
 * @param units of the whole job: bytes, or cells under the rule {@code index}
 * @param callFuel that every call takes, however short its leaf is: for the memory that the module
 *     begins with
 * @param samples the leaves that completed
 * @param trouble why one of them did not, in a sentence; none was run after it
 */
public record Rehearsal(
    SplitRule rule, long units, long callFuel, List<LeafSample> samples, Optional<String> trouble) {
  public Rehearsal {
    samples = List.copyOf(samples);
  }

  /**
   * What the chunks should be. Where a leaf was in trouble, the shortest: it is the very leaf that
   * was tried, so that what the user was told is what will happen.
   */
  public int chunkBytes() {
    return trouble.isPresent()
        ? ChunkChoice.least(rule, units)
        : ChunkChoice.nearest(rule, units, (double) callFuel, fuelPerUnit());
  }

  /** Fuel a byte, or a cell, beside that of the call; 0 if it is not known. */
  public double fuelPerUnit() {
    double sampled = samples.stream().mapToLong(LeafSample::units).sum();
    long fuel = samples.stream().mapToLong(sample -> sample.fuel() - callFuel).sum();
    return sampled == 0 ? 0 : Math.max(0, fuel / sampled);
  }

  /**
   * Fuel a byte, or a cell, as the leaves of the job will show it: its share of the call included.
   * 0 if it is not known.
   */
  public double operationWeight() {
    return samples.isEmpty() ? 0 : leafFuel() / leafUnits();
  }

  /** What a leaf as most are is expected to cost. */
  private double leafFuel() {
    return callFuel + fuelPerUnit() * leafUnits();
  }

  private double leafUnits() {
    return byIndex() ? 1 : Math.min(chunkBytes(), units);
  }

  /**
   * Fuel that one worker of this machine uses up in a second: on the fastest of the leaves, since
   * the first calls of a module are many times slower than the rest.
   */
  public OptionalDouble fuelPerSecond() {
    return samples.stream()
        .filter(sample -> sample.fuel() > 0)
        .mapToDouble(sample -> sample.fuel() * 1e9 / Math.max(1, sample.nanos()))
        .max();
  }

  /** Seconds that all leaves are expected to take on {@code workers} of this machine. */
  public OptionalDouble seconds(int workers) {
    OptionalDouble speed = fuelPerSecond();
    return speed.isEmpty()
        ? speed
        : OptionalDouble.of(units * operationWeight() / speed.getAsDouble() / workers);
  }

  private boolean byIndex() {
    return rule instanceof SplitRule.ByIndex;
  }

  /**
   * What a leaf of the job is expected to cost at most, by the costliest of those that were run.
   */
  private double leafFuelMax() {
    double perUnit =
        samples.stream()
            .mapToDouble(sample -> (double) (sample.fuel() - callFuel) / sample.units())
            .max()
            .orElse(0);
    return callFuel + perUnit * leafUnits();
  }

  /**
   * What people are told: what was found, and what might go wrong.
   *
   * @param workers of this machine
   * @param leafFuel that a call may use
   */
  public List<String> lines(int workers, long leafFuel) {
    List<String> lines = new ArrayList<>();
    trouble.ifPresent(
        sentence -> lines.add("rehearsal: " + sentence + (byIndex() ? "" : "; " + shortest())));
    if (trouble.isEmpty()) {
      lines.add(found(workers));
    }
    if (leafFuelMax() > leafFuel) {
      lines.add(
          "warning: a leaf is expected to cost up to "
              + Quantities.fuel(leafFuelMax())
              + " fuel, and a call may use "
              + Quantities.fuel(leafFuel)
              + ": give more by --leaf-fuel"
              + (byIndex() ? "" : ", or smaller chunks by --chunk"));
    }
    return lines;
  }

  private String shortest() {
    return "chunk " + Quantities.bytes(chunkBytes()) + ", the shortest that is chosen";
  }

  private String found(int workers) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "rehearsal %d %s: %s fuel a %s",
            samples.size(),
            byIndex() ? "cells" : "leaves",
            Quantities.fuel(operationWeight()),
            byIndex() ? "cell" : "byte"));
    if (!byIndex()) {
      text.append("; chunk ")
          .append(Quantities.bytes(chunkBytes()))
          .append(" costs ")
          .append(Quantities.fuel(leafFuel()))
          .append(" fuel, nearest to ")
          .append(Quantities.fuel(ChunkChoice.LEAF_FUEL))
          .append(" of those up to ")
          .append(Quantities.bytes(ChunkChoice.most(rule)));
    }
    seconds(workers)
        .ifPresent(
            seconds ->
                text.append("; about ")
                    .append(Quantities.seconds(seconds))
                    .append(" on ")
                    .append(workers)
                    .append(workers == 1 ? " worker here" : " workers here"));
    return text.toString();
  }

  /** The same for programs. */
  public JsonObject json(int workers) {
    JsonObject json = new JsonObject();
    json.addProperty("leaves", samples.size());
    json.addProperty(byIndex() ? "fuelPerCell" : "fuelPerByte", operationWeight());
    fuelPerSecond().ifPresent(speed -> json.addProperty("fuelPerSecond", speed));
    json.addProperty("chunkBytes", chunkBytes());
    if (!byIndex()) {
      json.addProperty("fuelPerChunk", leafFuel());
      json.addProperty("fuelPerChunkAim", ChunkChoice.LEAF_FUEL);
    }
    json.addProperty("workers", workers);
    seconds(workers).ifPresent(seconds -> json.addProperty("expectedSeconds", seconds));
    trouble.ifPresent(sentence -> json.addProperty("trouble", sentence));
    return json;
  }
}
