package io.banyan.compute;

import static io.banyan.compute.HostileModule.ended;
import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.ValueType.I32;

import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import java.util.List;

/** Guests whose answers are not what they say: addresses, ranges and lists that lie. */
final class HostileAnswers {
  private HostileAnswers() {}

  private static final Outcome BAD = new Outcome.BadOutput();

  static List<HostileModule> all() {
    return List.of(
        alloc("an alloc outside the memory", BAD, "i32.const 65536"),
        alloc("an alloc that overlaps the end", BAD, "i32.const 65534"),
        alloc("an alloc at a negative address", BAD, "i32.const -8"),
        alloc("an alloc at 4 294 967 295", BAD, "i32.const -1"),
        alloc(
            "an alloc that has no room",
            new Outcome.Failed("the module has no room for 3 bytes: alloc failed"),
            "i32.const 0"),
        alloc("an alloc over the module's own data", new Outcome.Completed(), "i32.const 16"),
        answer("an answer outside the memory", BAD, "i64.const 0x0001000000000001"),
        answer("an answer that overlaps the end", BAD, "i64.const 0x0000ffff00000002"),
        answer("an answer of 4 GiB", BAD, "i64.const 0x00000000ffffffff"),
        answer("an answer of 4 GiB at 4 GiB", BAD, "i64.const -1"),
        answer("an answer at a negative address", BAD, "i64.const -8589934592"),
        answer(
            "an answer larger than is allowed",
            new Outcome.LimitExceeded(LimitKind.OUTPUT),
            "i32.const 4000 memory.grow 0 drop i64.const 0x00000000001f0000"),
        answer(
            "an answer of 250 MiB",
            new Outcome.LimitExceeded(LimitKind.OUTPUT),
            "i32.const 4095 memory.grow 0 drop i64.const 0x0000000010000000"),
        list("a list shorter than its count", BAD, "i64.const 3"),
        list("a list of no parts", BAD, "i32.const 0 i32.const 0 i32.store 0 i64.const 4"),
        list(
            "a list of 4 294 967 295 parts",
            BAD,
            "i32.const 0 i32.const -1 i32.store 0 i64.const 65536"),
        list(
            "a list with fewer parts than it says",
            BAD,
            "i32.const 0 i32.const 9 i32.store 0 i64.const 12"),
        list(
            "a list with a part of 4 GiB",
            BAD,
            "i32.const 0 i32.const 1 i32.store 0 i32.const 4 i32.const -1 i32.store 0 i64.const"
                + " 16"),
        list(
            "a list that is longer than its parts",
            BAD,
            "i32.const 0 i32.const 1 i32.store 0 i64.const 100"),
        list(
            "a list of 16 million parts in 64 MiB",
            BAD,
            "i32.const 4000 memory.grow 0 drop i32.const 0 i32.const 16000000 i32.store 0"
                + " i64.const 0x0000000003d09004"),
        list("a list outside the memory", BAD, "i64.const 0x0001000000000004"),
        list(
            "a list of more than a quarter of the memory",
            new Outcome.LimitExceeded(LimitKind.SPLIT),
            "i32.const 4000 memory.grow 0 drop i64.const 0x0000000004000001"),
        ended(
                "an answer of merge outside the memory",
                BAD,
                () -> reactor().function("merge", CALL, "", "i64.const -1"))
            .merge());
  }

  private static TestingModule reactor() {
    return new TestingModule().memory(1).alloc().function("execute", CALL, "", NOTHING);
  }

  private static HostileModule alloc(String name, Outcome outcome, String code) {
    Signature type = new Signature(List.of(I32), List.of(I32));
    return ended(
        name,
        outcome,
        () ->
            new TestingModule()
                .memory(1)
                .data(16, "own data")
                .function("alloc", type, "", code)
                .function("execute", CALL, "", NOTHING));
  }

  private static HostileModule answer(String name, Outcome outcome, String code) {
    return ended(
        name,
        outcome,
        () -> new TestingModule().memory(1).alloc().function("execute", CALL, "", code));
  }

  private static HostileModule list(String name, Outcome outcome, String code) {
    return ended(name, outcome, () -> reactor().function("split", CALL, "", code)).split();
  }
}
