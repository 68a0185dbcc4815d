package io.banyan.compute;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Gathers what a module takes of the profile's limits. Confined to the module's rewrite. */
final class Measures {
  private final Map<Rule, Measure> byRule = new EnumMap<>(Rule.class);
  private long instructionCount;

  /** Remembers {@code value}, if it is the largest so far. */
  void most(Rule rule, long value, long max) {
    byRule.merge(
        rule,
        new Measure(rule.words(), value, max),
        (known, met) -> met.value() > known.value() ? met : known);
  }

  /** Remembers what a function of {@code bytes} takes. */
  void body(long bytes, Body body) {
    instructionCount += body.instructionCount();
    int slots = (body.frameBytes() - BodyReader.FRAME_BYTES) / BodyReader.SLOT_BYTES;
    most(Rule.BODY_BYTES, bytes, ModuleLimits.BODY_BYTES_MAX);
    most(
        Rule.LOCAL_COUNT,
        body.localCount() - body.signature().params().size(),
        ModuleLimits.LOCAL_COUNT_MAX);
    most(Rule.OPERAND_COUNT, slots - body.localCount(), ModuleLimits.OPERAND_COUNT_MAX);
    most(Rule.INSTRUCTION_COUNT, instructionCount, ModuleLimits.INSTRUCTION_COUNT_MAX);
  }

  /** In the order of the rules. */
  List<Measure> all() {
    return new ArrayList<>(byRule.values());
  }
}
