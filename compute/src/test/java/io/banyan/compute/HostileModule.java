package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A module made to hurt, the call it is made for, and what that must come to.
 *
 * @param name a fact about it, in a few words
 * @param wasm made anew each time, since some are large
 */
record HostileModule(
    String name, Supplier<byte[]> wasm, GuestFunction function, CallInput input, Ending ending) {
  /** All that a hostile call may use: the fuel is a tenth of what an honest one has by default. */
  static final CallLimits LIMITS =
      new CallLimits(
          100_000_000L,
          256L << 20, // 256 MiB
          1L << 20, // 1 MiB
          1L << 20, // 1 MiB
          TestingSandbox.PATIENT_MILLIS);

  /** What a module or its call comes to. */
  sealed interface Ending {
    /**
     * @param words part of the reason, enough to know the rule
     */
    record Rejected(String words) implements Ending {}

    /** The call has this outcome. */
    record Ended(Outcome outcome) implements Ending {}
  }

  /** All of them, in groups. */
  static List<HostileModule> all() {
    List<HostileModule> all = new ArrayList<>();
    all.addAll(HostileLoops.all());
    all.addAll(HostileRecursion.all());
    all.addAll(HostileGrowth.all());
    all.addAll(HostileBombs.all());
    all.addAll(HostileBytes.all());
    all.addAll(HostileInterfaces.all());
    all.addAll(HostileHostCalls.all());
    all.addAll(HostileAnswers.all());
    return all;
  }

  /** A module that must not be taken. */
  static HostileModule rejected(String name, String words, Supplier<byte[]> wasm) {
    return of(name, wasm, new Ending.Rejected(words));
  }

  /** A module whose {@code execute} or {@code _start} uses up its fuel. */
  static HostileModule endless(String name, Supplier<TestingModule> module) {
    return ended(name, new Outcome.OutOfFuel(), module);
  }

  /** A module whose {@code execute} or {@code _start} nests too deep. */
  static HostileModule tooDeep(String name, Supplier<TestingModule> module) {
    return ended(name, new Outcome.LimitExceeded(LimitKind.DEPTH), module);
  }

  /** A module whose {@code execute} or {@code _start} traps. */
  static HostileModule trapped(String name, TrapKind kind, Supplier<TestingModule> module) {
    return ended(name, new Outcome.Trapped(kind), module);
  }

  /** A module whose {@code execute} or {@code _start} comes to this. */
  static HostileModule ended(String name, Outcome outcome, Supplier<TestingModule> module) {
    return of(name, () -> module.get().bytes(), new Ending.Ended(outcome));
  }

  private static HostileModule of(String name, Supplier<byte[]> wasm, Ending ending) {
    return new HostileModule(
        name, wasm, GuestFunction.EXECUTE, new CallInput.Bytes(new byte[] {1, 2, 3}), ending);
  }

  /** The same, but its {@code split} is called. */
  HostileModule split() {
    return new HostileModule(name, wasm, GuestFunction.SPLIT, input, ending);
  }

  /** The same, but its {@code merge} is called, with two values. */
  HostileModule merge() {
    CallInput parts = new CallInput.Parts(List.of(new byte[3], new byte[100]));
    return new HostileModule(name, wasm, GuestFunction.MERGE, parts, ending);
  }

  Call call(GuestModule module, CallLimits limits) {
    return new Call(module, function, input, Configuration.NONE, limits);
  }

  @Override
  public String toString() {
    return name;
  }
}
