package io.banyan.compute;

import static io.banyan.compute.HostileModule.endless;
import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.ECHO;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import java.util.ArrayList;
import java.util.List;

/** Loops without an end, of every kind the instructions allow, and wherever code runs. */
final class HostileLoops {
  private HostileLoops() {}

  private static final String FOR_EVER = "loop void br 0 end ";

  static List<HostileModule> all() {
    List<HostileModule> all = new ArrayList<>();
    all.addAll(byBranch());
    all.addAll(byBody());
    all.addAll(byCalls());
    all.addAll(byPlace());
    return all;
  }

  /** In {@code execute}; local 2 is an i32, local 3 an i64. */
  private static HostileModule loop(String name, String code) {
    return endless(name, () -> loopModule(code));
  }

  private static TestingModule loopModule(String code) {
    return new TestingModule()
        .memory(1)
        .alloc()
        .table(10, 20)
        .passiveData("hello")
        .function("execute", CALL, "i32 i64", code + NOTHING);
  }

  private static HostileModule body(String name, String body) {
    return loop(name, "loop void " + body + " br 0 end ");
  }

  private static List<HostileModule> byBranch() {
    return List.of(
        loop("an empty loop", FOR_EVER),
        loop("a loop by br_if", "loop void i32.const 1 br_if 0 end "),
        loop("a loop by br_table's default", "loop void i32.const 7 0x0e 0x00 0x00 end "),
        loop(
            "a loop by br_table's entries",
            "loop void block void local.get 2 i32.const 1 i32.add local.tee 2 i32.const 1 i32.and"
                + " 0x0e 0x01 0x01 0x01 end end "),
        loop("a loop by its outer label", "loop void loop void br 1 end end "),
        loop("two endless loops in turn", "loop void " + FOR_EVER + " br 0 end "),
        loop(
            "200 loops within each other, left by the innermost",
            "loop void ".repeat(200) + "br 199 " + "end ".repeat(200)),
        loop(
            "200 loops within each other, each twice",
            "loop void ".repeat(200)
                + "end ".repeat(198)
                + "local.get 2 i32.const 1 0x73 local.tee 2 br_if 0 end br 0 end "),
        loop("a loop by an if", "loop void i32.const 1 if void br 1 end end "),
        loop("a loop by an else", "loop void i32.const 0 if void else br 1 end end "),
        loop("a loop with a value left on the way", "loop void i64.const 1 i32.const 5 br 0 end "),
        endless("a loop that carries values", HostileLoops::carrying));
  }

  /** Adds one to an i64 that the loop hands to itself. */
  private static TestingModule carrying() {
    TestingModule module = new TestingModule().memory(1).alloc();
    int type = module.type(new Signature(List.of(I64, I32), List.of(I64, I32)));
    return module.function(
        "execute",
        CALL,
        "",
        "i64.const 0 i32.const 0 0x03 0x%02x drop i64.const 1 i64.add i32.const 7 br 0 end drop"
            .formatted(type));
  }

  private static List<HostileModule> byBody() {
    return List.of(
        body("a loop of 60 KB", "i32.const 1 drop ".repeat(19_000)),
        body("a loop of divisions", "local.get 3 i64.const 3 i64.div_s local.set 3"),
        body("a loop of remainders", "i64.const -7 i64.const 3 i64.rem_u drop ".repeat(100)),
        body("a loop of square roots", "f64.const 2 0x9f drop ".repeat(100)),
        body("a loop of roundings", "f64.const 2.5 0x9e drop f32.const 2.5 0x90 drop ".repeat(50)),
        body(
            "a loop of NaNs",
            "f64.const NaN f64.const 1 0xa0 f64.const 3 0xa2 f64.const 4 0xa4 drop ".repeat(30)),
        body("a loop of conversions", "f64.const 1e30 0xfc 0x06 0xb9 drop ".repeat(50)),
        body(
            "a loop that misses every cache",
            "i32.const 4095 memory.grow 0 drop loop void"
                + " local.get 2 i32.const 1664525 i32.mul i32.const 1013904223 i32.add local.tee 2"
                + " i32.const 0x0ffffffc i32.and i32.load 0 drop br 0 end"),
        body("a loop of stores", "local.get 3 i32.const 8 i64.const 1 i64.store 0 local.set 3"),
        body("a loop of fills", "i32.const 0 i32.const 1 i32.const 65536 memory.fill"),
        body("a loop of fills of nothing", "i32.const 0 i32.const 1 i32.const 0 memory.fill"),
        body(
            "a loop of fills of 250 MiB",
            "i32.const 4000 memory.grow 0 drop loop void"
                + " i32.const 0 i32.const 1 i32.const 262144000 memory.fill br 0 end"),
        loop(
            "a straight line of fills of 250 MiB",
            "i32.const 4000 memory.grow 0 drop "
                + "i32.const 0 i32.const 1 i32.const 262144000 memory.fill ".repeat(800)),
        body("a loop of copies", "i32.const 0 i32.const 8 i32.const 60000 memory.copy"),
        body(
            "a loop of copies of 125 MiB",
            "i32.const 4000 memory.grow 0 drop loop void"
                + " i32.const 0 i32.const 1000 i32.const 131072000 memory.copy br 0 end"),
        body("a loop of inits", "i32.const 0 i32.const 0 i32.const 5 memory.init 0"),
        body("a loop of drops", "data.drop 0 i32.const 0 i32.const 0 i32.const 0 memory.init 0"),
        body("a loop of table fills", "i32.const 0 ref.null i32.const 10 table.fill"),
        body("a loop of table copies", "i32.const 0 i32.const 1 i32.const 9 table.copy"),
        body("a loop of table sets", "i32.const 3 ref.null table.set 0"),
        body("a loop that asks for sizes", "memory.size 0 drop table.size drop"),
        body("a loop that grows by nothing", "i32.const 0 memory.grow 0 drop"),
        body("a loop that grows a table by nothing", "ref.null i32.const 0 table.grow drop"),
        body("a loop that grows by too much", "i32.const -1 memory.grow 0 drop"),
        body("a loop of globals", "global.get 0 i32.const 1 i32.add global.set 0"));
  }

  private static List<HostileModule> byCalls() {
    return List.of(
        endless(
            "a loop of calls",
            () -> reactor("loop void call 2 br 0 end " + NOTHING).function("", VOID, "", "")),
        endless("a loop of indirect calls", HostileLoops::indirectCalls),
        endless(
            "a loop of calls with 64 params",
            () -> {
              Signature wide = new Signature(List.copyOf(repeat(I64, 64)), List.of());
              return reactor(
                      "loop void " + "i64.const 1 ".repeat(64) + "call 2 br 0 end " + NOTHING)
                  .function("", wide, "", "");
            }),
        endless(
            "a loop of calls with 16 results",
            () -> {
              Signature wide = new Signature(List.of(), List.copyOf(repeat(I64, 16)));
              return reactor("loop void call 2 " + "drop ".repeat(16) + "br 0 end " + NOTHING)
                  .function("", wide, "", "i64.const 1 ".repeat(16));
            }),
        endless(
            "a loop of calls of a function with 1000 locals",
            () ->
                reactor("loop void call 2 br 0 end " + NOTHING)
                    .function("", VOID, "i64 ".repeat(990).trim(), "")),
        endless(
            "a tree of calls, 2 to the 60th",
            () ->
                reactor("i32.const 60 call 2 " + NOTHING)
                    .function(
                        "",
                        new Signature(List.of(I32), List.of()),
                        "",
                        "local.get 0 if void local.get 0 i32.const 1 i32.sub call 2"
                            + " local.get 0 i32.const 1 i32.sub call 2 end")),
        endless("a chain of 40 functions, each calling the next ten times", HostileLoops::chain));
  }

  private static TestingModule indirectCalls() {
    TestingModule module = new TestingModule();
    int type = module.type(VOID);
    return module
        .memory(1)
        .alloc()
        .function(
            "execute",
            CALL,
            "",
            "loop void i32.const 0 call_indirect " + type + " br 0 end " + NOTHING)
        .function("", VOID, "", "")
        .table(1, 1, 2);
  }

  private static TestingModule chain() {
    TestingModule module = reactor("call 2 " + NOTHING);
    for (int function = 2; function < 42; function++) {
      module.function("", VOID, "", ("call " + (function + 1) + " ").repeat(10));
    }
    return module.function("", VOID, "", "");
  }

  static List<ValueType> repeat(ValueType type, int count) {
    List<ValueType> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      types.add(type);
    }
    return types;
  }

  private static List<HostileModule> byPlace() {
    return List.of(
        endless(
            "a start function that loops",
            () -> reactor(NOTHING).function("", VOID, "", FOR_EVER).start(2)),
        endless(
            "an _initialize that loops",
            () -> reactor(NOTHING).function("_initialize", VOID, "", FOR_EVER)),
        endless("an alloc that loops", HostileLoops::loopingAlloc),
        endless(
            "a configure that loops",
            () ->
                reactor(NOTHING)
                    .function(
                        "configure", new Signature(List.of(I32, I32), List.of()), "", FOR_EVER)),
        endless("a command that loops", () -> TestingModule.command(FOR_EVER)),
        endless(
                "a split that loops",
                () -> reactor(ECHO).function("split", CALL, "", FOR_EVER + NOTHING))
            .split(),
        endless(
                "a merge that loops",
                () -> reactor(ECHO).function("merge", CALL, "", FOR_EVER + NOTHING))
            .merge());
  }

  private static TestingModule loopingAlloc() {
    return new TestingModule()
        .memory(1)
        .function("alloc", new Signature(List.of(I32), List.of(I32)), "", FOR_EVER + "i32.const 8")
        .function("execute", CALL, "", NOTHING);
  }
}
