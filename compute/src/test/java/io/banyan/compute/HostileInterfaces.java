package io.banyan.compute;

import static io.banyan.compute.HostileModule.ended;
import static io.banyan.compute.HostileModule.rejected;
import static io.banyan.compute.HostileModule.trapped;
import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.List;

/** Imports that are not offered, exports that are not what they are called, starts that fail. */
final class HostileInterfaces {
  private HostileInterfaces() {}

  private static final Signature ALLOC = new Signature(List.of(I32), List.of(I32));
  private static final Signature METER = new Signature(List.of(I64), List.of(I64));

  static List<HostileModule> all() {
    return List.of(
        importing(
            "an import that nobody knows", "'env.system' is not offered", "env", "system", VOID),
        importing("an import of no module", "is not offered", "", "", VOID),
        importing(
            "an import of the meter", "'banyan.meter' is not offered", "banyan", "meter", METER),
        importing(
            "an import of the meter with another type",
            "'banyan.meter' is not offered",
            "banyan",
            "meter",
            VOID),
        importing("an import with another type", "is (i64) -> i64, not", "banyan", "log", METER),
        importing("a file that is opened", "not offered", Wasi.MODULE, "path_open", METER),
        importing("a socket", "not offered", Wasi.MODULE, "sock_accept", METER),
        importing("a sleep", "not offered", Wasi.MODULE, "poll_oneoff", METER),
        rejected(
            "an import twice under two types",
            "not",
            () ->
                new TestingModule()
                    .imports(HostImport.LOG)
                    .imports("banyan", "log", METER)
                    .memory(1)
                    .alloc()
                    .function("execute", CALL, "", NOTHING)
                    .bytes()),
        ended(
            "an import twice",
            new Outcome.Completed(),
            () ->
                new TestingModule()
                    .imports(HostImport.LOG)
                    .imports(HostImport.LOG)
                    .memory(1)
                    .alloc()
                    .function("execute", CALL, "", NOTHING)),
        rejected("10 000 imports", "imports", HostileInterfaces::manyImports),
        rejected("an imported memory", "only functions", () -> importOf(2, 0, 1)),
        rejected("an imported table", "only functions", () -> importOf(1, 0x70, 0, 1)),
        rejected("an imported global", "only functions", () -> importOf(3, 0x7f, 1)),
        rejected("an imported tag", "", () -> importOf(4, 0, 0)),
        rejected(
            "no memory exported", "memory", () -> reactor(NOTHING).withoutMemoryExport().bytes()),
        rejected(
            "a function exported as memory",
            "memory",
            () -> reactor(NOTHING).function("memory", VOID, "", "").withoutMemoryExport().bytes()),
        rejected(
            "an export twice",
            "twice",
            () -> reactor(NOTHING).function("execute", CALL, "", NOTHING).bytes()),
        rejected(
            "an execute with another type",
            "execute",
            () -> new TestingModule().memory(1).alloc().function("execute", VOID, "", "").bytes()),
        rejected(
            "a _start with params",
            "_start",
            () ->
                new TestingModule().memory(1).function("_start", ALLOC, "", "local.get 0").bytes()),
        rejected(
            "an alloc of 64 bits",
            "alloc",
            () ->
                new TestingModule()
                    .memory(1)
                    .function("alloc", METER, "", "local.get 0")
                    .function("execute", CALL, "", NOTHING)
                    .bytes()),
        rejected(
            "no alloc",
            "alloc",
            () -> new TestingModule().memory(1).function("execute", CALL, "", NOTHING).bytes()),
        rejected("nothing to call", "execute", () -> new TestingModule().memory(1).alloc().bytes()),
        ended(
            "exports with the meter's names",
            new Outcome.Completed(),
            () ->
                reactor(NOTHING)
                    .function("meter", METER, "", "local.get 0")
                    .function("banyan.meter", VOID, "", "")),
        ended(
            "an alloc that is the host's fd_close",
            new Outcome.Completed(),
            HostileInterfaces::closingAlloc),
        ended(
            "a configure that is the host's fail",
            new Outcome.Failed("\1\0\0\0\0\0\0\0"),
            HostileInterfaces::failingConfigure),
        ended(
            "a host function in a table", new Outcome.Failed("x"), HostileInterfaces::failInTable),
        trapped(
            "a start function that traps",
            TrapKind.UNREACHABLE,
            () -> reactor(NOTHING).function("", VOID, "", "unreachable").start(2)),
        trapped(
            "an _initialize that traps",
            TrapKind.INTEGER_DIVIDE_BY_ZERO,
            () ->
                reactor(NOTHING)
                    .function("_initialize", VOID, "", "i32.const 1 i32.const 0 i32.div_u drop")),
        trapped(
            "data outside the memory",
            TrapKind.MEMORY_OUT_OF_BOUNDS,
            () -> reactor(NOTHING).data(65_533, "four")),
        trapped(
            "data at 4 294 967 295",
            TrapKind.MEMORY_OUT_OF_BOUNDS,
            () -> reactor(NOTHING).data(-1, "")),
        trapped(
            "an element outside the table",
            TrapKind.TABLE_OUT_OF_BOUNDS,
            () -> reactor(NOTHING).table(2, 2).element(2, 0)),
        trapped(
            "an element at 4 294 967 295",
            TrapKind.TABLE_OUT_OF_BOUNDS,
            () -> reactor(NOTHING).table(2, 2).element(-1, 0)));
  }

  /** Its answer to a length of 3 is the number of an error, 8, which is taken for an address. */
  private static TestingModule closingAlloc() {
    return new TestingModule()
        .imports(HostImport.FD_CLOSE)
        .memory(1)
        .function("execute", CALL, "", NOTHING)
        .exportFunction("alloc", 0);
  }

  private static TestingModule failingConfigure() {
    return new TestingModule()
        .imports(HostImport.FAIL)
        .memory(1)
        .alloc()
        .function("execute", CALL, "", NOTHING)
        .exportFunction("configure", 0);
  }

  private static TestingModule failInTable() {
    TestingModule module = new TestingModule().imports(HostImport.FAIL);
    int type = module.type(HostImport.FAIL.signature());
    return module
        .memory(1)
        .data(0, "x")
        .alloc()
        .function(
            "execute",
            CALL,
            "",
            "i32.const 0 i32.const 1 i32.const 0 call_indirect " + type + " " + NOTHING)
        .table(1, 1, 0);
  }

  private static HostileModule importing(
      String name, String words, String module, String function, Signature signature) {
    return rejected(
        name,
        words,
        () ->
            new TestingModule()
                .imports(module, function, signature)
                .memory(1)
                .alloc()
                .function("execute", CALL, "", NOTHING)
                .bytes());
  }

  private static byte[] manyImports() {
    TestingModule module = new TestingModule();
    for (int i = 0; i < 10_000; i++) {
      module.imports(HostImport.LOG);
    }
    return module.memory(1).alloc().function("execute", CALL, "", NOTHING).bytes();
  }

  private static byte[] importOf(int... description) {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.u32(1).name("banyan").name("log").u8(description);
    return new TestingModule().withoutMemoryExport().rawSection(2, content.toByteArray()).bytes();
  }
}
