package io.banyan.compute;

import static io.banyan.compute.HostileModule.tooDeep;
import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import java.util.List;

/** Calls that nest until something gives. */
final class HostileRecursion {
  private HostileRecursion() {}

  static List<HostileModule> all() {
    return List.of(
        tooDeep("recursion", () -> reactor("local.get 0 local.get 1 call 1")),
        tooDeep(
            "recursion of nothing",
            () -> reactor("call 2 " + NOTHING).function("", VOID, "", "call 2")),
        tooDeep(
            "mutual recursion",
            () ->
                reactor("call 2 " + NOTHING)
                    .function("", VOID, "", "call 3")
                    .function("", VOID, "", "call 4")
                    .function("", VOID, "", "call 2")),
        tooDeep(
            "recursion through a table",
            () -> reactor("local.get 0 local.get 1 i32.const 0 call_indirect 1").table(1, 1, 1)),
        tooDeep("recursion through both tables", HostileRecursion::twoTables),
        tooDeep("recursion with 64 params", () -> wide("", "local.get 0 ".repeat(64))),
        tooDeep(
            "recursion with 900 locals",
            () ->
                reactor("call 2 " + NOTHING)
                    .function("", VOID, "i64 ".repeat(900).trim(), "call 2")),
        tooDeep(
            "recursion above 1000 operands",
            () ->
                reactor("call 2 " + NOTHING)
                    .function(
                        "",
                        VOID,
                        "",
                        "i64.const 1 ".repeat(1_000) + "call 2 " + "drop ".repeat(1_000))),
        tooDeep(
            "recursion with 64 params, 900 locals and 900 operands",
            () ->
                wide(
                    "i64 ".repeat(900).trim(),
                    "i64.const 1 ".repeat(900)
                        + "local.get 0 ".repeat(64)
                        + "call 2 "
                        + "drop ".repeat(900)
                        + "local.get 0 ".repeat(64))),
        tooDeep(
            "recursion with 16 results",
            () -> {
              Signature results = new Signature(List.of(), HostileLoops.repeat(I64, 16));
              return reactor("call 2 " + "drop ".repeat(16) + NOTHING)
                  .function("", results, "", "call 2");
            }),
        tooDeep(
            "recursion within 200 blocks",
            () ->
                reactor("call 2 " + NOTHING)
                    .function(
                        "", VOID, "", "block void ".repeat(200) + "call 2 " + "end ".repeat(200))),
        tooDeep(
            "recursion within a loop",
            () -> reactor("call 2 " + NOTHING).function("", VOID, "", "loop void call 2 br 0 end")),
        tooDeep(
            "recursion in the start function",
            () -> reactor(NOTHING).function("", VOID, "", "call 2").start(2)),
        tooDeep(
            "recursion in alloc",
            () ->
                new TestingModule()
                    .memory(1)
                    .function(
                        "alloc",
                        new Signature(List.of(I32), List.of(I32)),
                        "",
                        "local.get 0 call 0")
                    .function("execute", CALL, "", NOTHING)),
        tooDeep("recursion in a command", () -> TestingModule.command("call 0 ")),
        tooDeep(
            "recursion with floats",
            () -> {
              Signature floats = new Signature(List.of(ValueType.F64), List.of(ValueType.F64));
              return reactor("f64.const 1 call 2 drop " + NOTHING)
                  .function(
                      "", floats, "f64", "local.get 0 f64.const 1.5 0xa0 call 2 f64.const 1 0xa0");
            }));
  }

  private static TestingModule wide(String locals, String code) {
    Signature wide = new Signature(HostileLoops.repeat(I64, 64), List.of());
    String arguments = "i64.const 1 ".repeat(64);
    return reactor(arguments + "call 2 " + NOTHING).function("", wide, locals, code + "call 2");
  }

  /** Two functions that find each other in tables: one has them both in turn. */
  private static TestingModule twoTables() {
    TestingModule module = new TestingModule();
    int type = module.type(VOID);
    return module
        .memory(1)
        .alloc()
        .function("execute", CALL, "", "i32.const 0 call_indirect " + type + " " + NOTHING)
        .function("", VOID, "", "i32.const 1 call_indirect " + type)
        .function("", VOID, "", "i32.const 0 call_indirect " + type)
        .table(2, 2, 2, 3);
  }
}
