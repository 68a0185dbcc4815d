package io.banyan.compute;

import static io.banyan.compute.HostileModule.ended;
import static io.banyan.compute.HostileModule.rejected;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import io.banyan.schema.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Valid modules, or nearly so, that would keep a parser or a compiler busy, or make it fall. */
final class HostileBombs {
  private HostileBombs() {}

  static List<HostileModule> all() {
    return List.of(
        rejected("a br_table of 1 000 000", "bytes", () -> branchTable(1_000_000)),
        rejected("a br_table of 60 000", "br_table", () -> branchTable(60_000)),
        rejected("br_tables of 4000, a hundred times", "br_table", HostileBombs::branchTables),
        rejected("200 000 functions", "functions", HostileBombs::manyFunctions),
        rejected(
            "2 000 000 instructions in one body",
            "bytes",
            () -> oneBody("i32.const 1 drop ", 1_000_000)),
        rejected(
            "2 000 000 instructions",
            "instructions",
            () -> bodies(200, "i32.const 1 drop ".repeat(5_000)).bytes()),
        rejected("60 000 constants on the stack", "bytes", () -> stack(60_000)),
        rejected("20 000 constants on the stack", "operand stack", () -> stack(20_000)),
        rejected("1025 constants on the stack", "operand stack", () -> stack(1_025)),
        rejected("16 000 blocks within each other", "nest", () -> nested("block void ", 16_000)),
        rejected(
            "10 000 ifs within each other", "nest", () -> nested("i32.const 1 if void ", 10_000)),
        rejected("16 000 loops within each other", "nest", () -> nested("loop void ", 16_000)),
        rejected("50 000 locals", "locals", () -> locals(50_000)),
        rejected("4 294 967 295 locals", "locals", () -> locals(0xffff_ffffL)),
        rejected("4 294 967 295 locals, a thousand times", "locals", HostileBombs::manyLocals),
        rejected(
            "a function with 1000 params",
            "param",
            () -> typed(new Signature(HostileLoops.repeat(I64, 1_000), List.of()))),
        rejected(
            "a function with 1000 results",
            "result",
            () -> typed(new Signature(List.of(), HostileLoops.repeat(I64, 1_000)))),
        rejected("100 000 types", "types", () -> countOf(1, 100_000, new byte[] {0x60, 0, 0})),
        rejected(
            "100 000 globals",
            "globals",
            () -> countOf(6, 100_000, new byte[] {0x7f, 0, 0x41, 0, 0x0b})),
        rejected("100 000 exports of one function", "exports", HostileBombs::manyExports),
        rejected("100 000 data segments", "segments", HostileBombs::manySegments),
        rejected("1 000 000 elements", "elements", HostileBombs::manyElements),
        rejected(
            "a name of 5000 bytes",
            "name",
            () -> reactor(NOTHING).function("n".repeat(5_000), VOID, "", "").bytes()),
        rejected(
            "a body that no JVM method holds",
            "engine",
            () ->
                bodies(1, "i32.const 0 i32.const 1 i32.const 262144000 memory.fill ".repeat(4_000))
                    .bytes()),
        rejected("branches over many locals", "branches", () -> branchesOverLocals(10).bytes()),
        rejected("a module of 9 MiB", "bytes", () -> custom(9 << 20)),
        ended(
            "a custom section of 7 MiB",
            new Outcome.Completed(),
            () -> reactor(NOTHING).rawSection(0, customContent(7 << 20))),
        ended("100 000 custom sections", new Outcome.Completed(), HostileBombs::manyCustoms),
        ended("9998 functions", new Outcome.Completed(), HostileBombs::emptyFunctions),
        ended(
            "990 000 instructions",
            new Outcome.Completed(),
            () -> bodies(99, "i32.const 1 drop ".repeat(5_000))),
        ended(
            "bodies of 64 KiB, 15 of them",
            new Outcome.Completed(),
            () -> bodies(15, "i32.const 1 drop ".repeat(21_000))),
        rejected(
            "20 000 blocks with 16 params in one body", "engine", () -> blocksWithParams().bytes()),
        rejected("9000 ifs with 16 params in one body", "engine", () -> ifsWithParams().bytes()),
        rejected(
            "1000 bodies of 200 blocks with 16 params",
            "code-bytes",
            () -> manyBlocksWithParams().bytes()),
        rejected("330 000 NaNs that are seen", "code-bytes", () -> nans().bytes()),
        passing("40 000 branches over 1000 locals", () -> branchesOverLocals(2)),
        passing("br_tables above 900 operands", HostileBombs::tallBranchTables),
        passing("9000 functions of 900 types", HostileBombs::manyTypes),
        passing("10 000 exports and 9990 globals", HostileBombs::exportsAndGlobals),
        rejected("9000 functions of 30 calls", "code-bytes", () -> manyCallers().bytes()),
        passing("400 000 calls", HostileBombs::calls),
        rejected("240 000 memory.fills", "code-bytes", () -> fills().bytes()),
        passing("100 000 different constants", HostileBombs::constants),
        passing("60 000 branches in a loop", HostileBombs::branches),
        ended("255 blocks, 1000 operands", new Outcome.Completed(), HostileBombs::tall));
  }

  private static HostileModule passing(String name, Supplier<TestingModule> module) {
    return ended(name, new Outcome.Completed(), module);
  }

  private static final Signature SIXTEEN =
      new Signature(HostileLoops.repeat(I64, 16), HostileLoops.repeat(I64, 16));

  private static TestingModule blocksWithParams() {
    TestingModule module = reactor(NOTHING);
    String block = "0x02 0x%02x end ".formatted(module.type(SIXTEEN));
    return module.function("", SIXTEEN, "", "local.get 0 ".repeat(16) + block.repeat(20_000));
  }

  private static TestingModule ifsWithParams() {
    TestingModule module = reactor(NOTHING);
    String block = "local.get 0 0xa7 0x04 0x%02x end ".formatted(module.type(SIXTEEN));
    return module.function("", SIXTEEN, "", "local.get 0 ".repeat(16) + block.repeat(9_000));
  }

  private static TestingModule manyBlocksWithParams() {
    TestingModule module = reactor(NOTHING);
    String block = "0x02 0x%02x end ".formatted(module.type(SIXTEEN));
    for (int i = 0; i < 1_000; i++) {
      module.function("", SIXTEEN, "", "local.get 0 ".repeat(16) + block.repeat(200));
    }
    return module;
  }

  private static TestingModule nans() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 330; i++) {
      module.function("", VOID, "f64", "local.get 0 " + "0x9f local.tee 0 ".repeat(1_000) + "drop");
    }
    return module;
  }

  private static TestingModule calls() {
    TestingModule module = reactor(NOTHING).function("", VOID, "", "");
    for (int i = 0; i < 200; i++) {
      module.function("", VOID, "", "loop void end " + "call 2 ".repeat(2_000));
    }
    return module;
  }

  private static TestingModule manyCallers() {
    TestingModule module = reactor(NOTHING).function("", VOID, "", "");
    for (int i = 0; i < 9_000; i++) {
      module.function("", VOID, "", "loop void end " + "call 2 ".repeat(30));
    }
    return module;
  }

  private static TestingModule fills() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 300; i++) {
      module.function("", VOID, "", "i32.const 0 i32.const 0 i32.const 0 memory.fill ".repeat(800));
    }
    return module;
  }

  private static TestingModule constants() {
    TestingModule module = reactor(NOTHING);
    long next = 1L << 40;
    for (int i = 0; i < 100; i++) {
      StringBuilder code = new StringBuilder();
      for (int k = 0; k < 1_000; k++) {
        code.append("i64.const ").append(next++).append(" drop ");
      }
      module.function("", VOID, "", code.toString());
    }
    return module;
  }

  private static TestingModule branches() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 15; i++) {
      module.function("", VOID, "i32", "loop void " + "local.get 0 br_if 0 ".repeat(4_000) + "end");
    }
    return module;
  }

  private static byte[] body(TestingModule.Bytes body) {
    return reactor(NOTHING).rawFunction("", VOID, body.toByteArray()).bytes();
  }

  private static byte[] branchTable(int entries) {
    TestingModule.Bytes body = new TestingModule.Bytes();
    body.u8(0, 0x41, 0, 0x0e).u32(entries);
    body.writeBytes(new byte[entries + 1]);
    return body(body.u8(0x0b));
  }

  private static byte[] branchTables() {
    TestingModule module = reactor(NOTHING);
    TestingModule.Bytes body = new TestingModule.Bytes();
    body.u8(0, 0x41, 0, 0x0e).u32(4_000);
    body.writeBytes(new byte[4_001]);
    byte[] bytes = body.u8(0x0b).toByteArray();
    for (int i = 0; i < 100; i++) {
      module.rawFunction("", VOID, bytes);
    }
    return module.bytes();
  }

  private static byte[] manyFunctions() {
    TestingModule.Bytes functions = new TestingModule.Bytes();
    functions.u32(200_000).writeBytes(new byte[200_000]);
    TestingModule.Bytes code = new TestingModule.Bytes();
    code.u32(200_000);
    for (int i = 0; i < 200_000; i++) {
      code.u8(2, 0, 0x0b);
    }
    return new TestingModule()
        .withoutMemoryExport()
        .rawSection(1, new byte[] {1, 0x60, 0, 0})
        .rawSection(3, functions.toByteArray())
        .rawSection(10, code.toByteArray())
        .bytes();
  }

  private static byte[] oneBody(String code, int count) {
    TestingModule.Bytes body = new TestingModule.Bytes();
    byte[] once = TestingCode.assemble(code);
    body.u8(0);
    for (int i = 0; i < count; i++) {
      body.writeBytes(once);
    }
    return body(body.u8(0x0b));
  }

  private static byte[] stack(int height) {
    return reactor("i32.const 0 ".repeat(height) + "drop ".repeat(height) + NOTHING).bytes();
  }

  private static byte[] nested(String begin, int depth) {
    return reactor(begin.repeat(depth) + "end ".repeat(depth) + NOTHING).bytes();
  }

  private static byte[] locals(long count) {
    TestingModule.Bytes body = new TestingModule.Bytes();
    return body(body.u32(1).u32(count).u8(0x7e, 0x0b));
  }

  private static byte[] manyLocals() {
    TestingModule.Bytes body = new TestingModule.Bytes();
    body.u32(1_000);
    for (int i = 0; i < 1_000; i++) {
      body.u32(0xffff_ffffL).u8(0x7e);
    }
    return body(body.u8(0x0b));
  }

  private static byte[] typed(Signature signature) {
    return reactor(NOTHING).function("", signature, "", "unreachable").bytes();
  }

  /** A section of so many equal items, and nothing else. */
  private static byte[] countOf(int section, int count, byte[] item) {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.u32(count);
    for (int i = 0; i < count; i++) {
      content.writeBytes(item);
    }
    return new TestingModule()
        .withoutMemoryExport()
        .rawSection(section, content.toByteArray())
        .bytes();
  }

  private static byte[] manyExports() {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.u32(100_000);
    for (int i = 0; i < 100_000; i++) {
      content.name("e" + i).u8(0, 0);
    }
    return new TestingModule()
        .withoutMemoryExport()
        .rawSection(1, new byte[] {1, 0x60, 0, 0})
        .rawSection(3, new byte[] {1, 0})
        .rawSection(7, content.toByteArray())
        .rawSection(10, new byte[] {1, 2, 0, 0x0b})
        .bytes();
  }

  private static byte[] manySegments() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 100_000; i++) {
      module.data(0, "x");
    }
    return module.bytes();
  }

  private static byte[] manyElements() {
    return reactor(NOTHING).table(10, 10, new int[1_000_000]).bytes();
  }

  private static TestingModule branchesOverLocals(int count) {
    TestingModule module = reactor(NOTHING);
    byte[] body =
        TestingCode.assemble("0x01 0xe8 0x07 0x7f " + "block void end ".repeat(10_000) + "end");
    for (int i = 0; i < count; i++) {
      module.rawFunction("", VOID, body);
    }
    return module;
  }

  /** Each of the entries takes 16 operands to the block's end, and drops those below. */
  private static TestingModule tallBranchTables() {
    TestingModule module = reactor(NOTHING);
    Signature results = new Signature(List.of(), HostileLoops.repeat(I64, 16));
    String table = "0x0e 0x14 " + "0x00 ".repeat(21);
    String code =
        "0x02 0x%02x ".formatted(module.type(results))
            + "i64.const 1 ".repeat(900)
            + "i32.const 3 "
            + table
            + "end ";
    for (int i = 0; i < 16; i++) {
      module.function("", results, "", code);
    }
    return module;
  }

  private static TestingModule manyTypes() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 9_000; i++) {
      List<ValueType> params = new ArrayList<>();
      for (int bit = 0; bit < 10; bit++) {
        params.add((i % 900 >> bit & 1) == 0 ? I32 : I64);
      }
      module.function("", new Signature(params, List.of()), "", "");
    }
    return module;
  }

  private static TestingModule exportsAndGlobals() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 9_990; i++) {
      module.global("i64", true, "i64.const 7").exportFunction("export" + i, 1);
    }
    return module;
  }

  private static byte[] customContent(int length) {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.name("x").writeBytes(new byte[length]);
    return content.toByteArray();
  }

  private static byte[] custom(int length) {
    return reactor(NOTHING).rawSection(0, customContent(length)).bytes();
  }

  private static TestingModule manyCustoms() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 100_000; i++) {
      module.rawSection(0, new byte[] {1, 'x'});
    }
    return module;
  }

  private static TestingModule emptyFunctions() {
    TestingModule module = reactor(NOTHING);
    for (int i = 0; i < 9_998; i++) {
      module.function("", VOID, "", "");
    }
    return module;
  }

  private static TestingModule bodies(int count, String code) {
    TestingModule module = reactor(NOTHING);
    byte[] body = TestingCode.assemble("0x00 " + code + "end");
    for (int i = 0; i < count; i++) {
      module.rawFunction("", VOID, body);
    }
    return module;
  }

  private static TestingModule tall() {
    return reactor(
        "block void ".repeat(255)
            + "end ".repeat(255)
            + "i32.const 0 ".repeat(1_000)
            + "drop ".repeat(1_000)
            + NOTHING);
  }
}
