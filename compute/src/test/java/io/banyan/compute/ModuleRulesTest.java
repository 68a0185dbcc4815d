package io.banyan.compute;

import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.ECHO;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Which modules are taken, and the sentence for each that is not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModuleRulesTest {
  private final TestingSandbox sandbox = new TestingSandbox();

  @AfterAll
  void close() {
    sandbox.close();
  }

  private void assertRejected(String reason, TestingModule module) {
    assertRejected(reason, module.bytes());
  }

  private void assertRejected(String reason, byte[] wasm) {
    assertEquals(reason, sentence(sandbox.rejection(wasm)));
  }

  /** Without the rule and the offset, which stand in parentheses behind it. */
  private static String sentence(String rejection) {
    return rejection.replaceFirst(" \\(rule [a-z-]+(, offset \\d+)?\\)$", "");
  }

  private static TestingModule withCode(String code) {
    return reactor(code + " " + NOTHING);
  }

  @Test
  void aModuleSaysWhatItIs() {
    byte[] wasm =
        new TestingModule()
            .imports(HostImport.LOG)
            .memory(2, 7)
            .alloc()
            .function("execute", CALL, "", ECHO)
            .function("merge", CALL, "", ECHO)
            .function("other", VOID, "", "")
            .bytes();

    GuestModule module = sandbox.load(wasm);

    assertEquals(Digest.sha256(wasm), module.digest());
    assertEquals(ModuleKind.REACTOR, module.kind());
    assertTrue(module.exports(GuestFunction.EXECUTE));
    assertTrue(module.exports(GuestFunction.MERGE));
    assertFalse(module.exports(GuestFunction.SPLIT));
    assertFalse(module.isConfigurable());
    assertEquals(2 << 16, module.memoryBytesMin());
    assertEquals(7 << 16, module.memoryBytesMax());
    assertEquals(List.of("banyan.log (i32, i32, i32) -> ()"), module.imports());
    assertEquals(
        List.of(
            "alloc (i32) -> i32",
            "execute (i32, i32) -> i64",
            "merge (i32, i32) -> i64",
            "other () -> ()",
            "memory memory"),
        module.exports());
    assertEquals(List.of(), module.warnings());
  }

  @Test
  void customSectionsAreIgnored() {
    byte[] brokenNames = {4, 'n', 'a', 'm', 'e', 1, 127, 127};

    sandbox.load(reactor(ECHO).rawSection(0, brokenNames));
  }

  @Test
  void aFunctionTheJvmMayNotCompileIsAWarning() {
    GuestModule module = sandbox.load(withCode("nop ".repeat(6_000)));

    assertEquals(1, module.warnings().size());
    assertTrue(module.warnings().get(0).startsWith("function 1 has 6002 instructions; above 6000"));
  }

  @Test
  void aFunctionThatFitsNoJvmMethodIsRejected() {
    String reason =
        sandbox.rejection(
            withCode("i32.const 0 i64.const 5000 i64.store 0 ".repeat(8_000)).bytes());

    assertTrue(reason.contains("function 1 does not fit a method of the JVM"), reason);
  }

  @Test
  void itMustBeAModule() {
    String reason = "not a WebAssembly module: it does not begin with 00 61 73 6d 01 00 00 00";
    assertRejected(reason, new byte[0]);
    assertRejected(reason, "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
    assertRejected(reason, new byte[] {0, 'a', 's', 'm', 13, 0, 1, 0}); // a component
  }

  @Test
  void itMustExportTheGuestInterface() {
    assertRejected(
        "module exports no 'execute' and no '_start'",
        new TestingModule().memory(1).alloc().function("run", CALL, "", ECHO));
    assertRejected("module exports no memory named 'memory'", reactor(ECHO).withoutMemoryExport());
    assertRejected(
        "module exports 'execute' but no 'alloc'",
        new TestingModule().memory(1).function("execute", CALL, "", ECHO));
    assertRejected(
        "export 'execute' is (i32) -> i32, not (i32, i32) -> i64",
        new TestingModule()
            .memory(1)
            .alloc()
            .function("execute", new Signature(List.of(I32), List.of(I32)), "", "local.get 0"));
    assertRejected(
        "export 'merge' is () -> (), not (i32, i32) -> i64",
        reactor(ECHO).function("merge", VOID, "", ""));
    assertRejected(
        "export 'split' is () -> (), not (i32, i32) -> i64",
        reactor(ECHO).function("split", VOID, "", ""));
    assertRejected(
        "export 'configure' is (i32, i32) -> i64, not (i32, i32) -> ()",
        reactor(ECHO).function("configure", CALL, "", ECHO));
    assertRejected(
        "export 'alloc' is () -> (), not (i32) -> i32",
        new TestingModule()
            .memory(1)
            .function("alloc", VOID, "", "")
            .function("execute", CALL, "", ECHO));
    assertRejected(
        "export '_start' is (i32, i32) -> i64, not () -> ()",
        new TestingModule().memory(1).function("_start", CALL, "", ECHO));
    assertRejected(
        "export '_initialize' is (i32, i32) -> i64, not () -> ()",
        reactor(ECHO).function("_initialize", CALL, "", ECHO));
  }

  @Test
  void itMayImportWhatIsOfferedAndNothingElse() {
    assertRejected(
        "import 'env.foo' is not offered",
        new TestingModule().imports("env", "foo", VOID).memory(1).alloc());
    assertRejected(
        "import 'wasi_snapshot_preview1.path_open' is not offered",
        new TestingModule().imports("wasi_snapshot_preview1", "path_open", VOID).memory(1));
    assertRejected(
        "import 'banyan.log' is () -> (), not (i32, i32, i32) -> ()",
        new TestingModule().imports("banyan", "log", VOID).memory(1).alloc());
    byte[] importedMemory =
        new TestingModule()
            .withoutMemoryExport()
            .rawSection(
                2, new byte[] {1, 3, 'e', 'n', 'v', 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0, 1})
            .bytes();
    assertRejected("import 'env.memory' is a memory; only functions are offered", importedMemory);
  }

  @Test
  void everythingOfferedCanBeImported() {
    TestingModule module = new TestingModule();
    for (HostImport function : HostImport.values()) {
      module.imports(function);
    }

    GuestModule loaded = sandbox.load(module.memory(1).alloc().function("execute", CALL, "", ECHO));

    assertEquals(HostImport.values().length, loaded.imports().size());
  }

  @Test
  void largeThingsAreRejectedBeforeTheyAreCompiled() {
    assertRejected(
        "module of 8388609 bytes exceeds 8388608", new byte[Limits.MODULE_BYTES_MAX + 1]);
    TestingModule functions = reactor(ECHO);
    for (int i = 0; i < 9_999; i++) {
      functions.function("", VOID, "", "");
    }
    assertRejected("number of functions of 10001 exceeds 10000", functions);
    assertRejected(
        "body of function 2 has 65537 bytes, limit 65536",
        reactor(ECHO).rawFunction("", VOID, new byte[65_537]));
    assertRejected("operand stack is higher than 1024", withCode("i32.const 0 ".repeat(1_025)));
    assertRejected("blocks nest deeper than 256", withCode("block void ".repeat(257)));
    assertRejected(
        "number of parameters of 101 exceeds 100",
        reactor(ECHO)
            .function("", new Signature(Collections.nCopies(101, I64), List.of()), "", ""));
    assertRejected(
        "number of results of 17 exceeds 16",
        reactor(ECHO).function("", new Signature(List.of(), Collections.nCopies(17, I64)), "", ""));
    assertRejected(
        "minimum table size of 100001 exceeds 100000", reactor(ECHO).table(100_001, 100_001));
    TestingModule globals = reactor(ECHO);
    for (int i = 0; i < 10_000; i++) {
      globals.global("i32", true, "i32.const 0");
    }
    assertRejected("number of globals of 10001 exceeds 10000", globals);
    assertRejected("number of memories of 2 exceeds 1", reactor(ECHO).memory(1));
    assertRejected("minimum memory pages of 65537 exceeds 32767", memories(0, 0x81, 0x80, 4));
    TestingModule types = reactor(ECHO);
    for (int i = 0; i < 1_000; i++) {
      types.type(new Signature(Collections.nCopies(i % 64, I32), Collections.nCopies(i / 64, I64)));
    }
    assertRejected("number of types of 1001 exceeds 1000", types);
  }

  private static TestingModule memories(int... declaration) {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.u8(1).u8(declaration);
    return new TestingModule().withoutMemoryExport().rawSection(5, content.toByteArray());
  }

  @Test
  void localsAreBounded() {
    byte[] body = {1, (byte) 0xe9, 0x07, 0x7f, 0x0b}; // 1 001 of them
    assertRejected(
        "function has 1001 locals, limit 1000", reactor(ECHO).rawFunction("", VOID, body));
    byte[] overflowing = {
      2, -1, -1, -1, -1, 15, 0x7f, -1, -1, -1, -1, 15, 0x7f, 0x0b // twice 4 294 967 295
    };
    assertRejected(
        "function has 4294967295 locals, limit 1000",
        reactor(ECHO).rawFunction("", VOID, overflowing));
  }

  private static byte[] branchTable(int entries) {
    TestingModule.Bytes body = new TestingModule.Bytes();
    body.u8(0, 0x41, 0, 0x0e).u32(entries);
    body.writeBytes(new byte[entries + 1]);
    return body.u8(0x0b).toByteArray();
  }

  @Test
  void branchTablesAreBounded() {
    sandbox.load(reactor(ECHO).rawFunction("", VOID, branchTable(4_096)));
    assertRejected(
        "br_table of 4097 entries exceeds 4096",
        reactor(ECHO).rawFunction("", VOID, branchTable(4_097)));
    TestingModule many = reactor(ECHO);
    for (int i = 0; i < 17; i++) {
      many.rawFunction("", VOID, branchTable(4_096));
    }
    assertRejected("br_table entries exceed 65536 in all", many);
  }

  @Test
  void instructionsAreBoundedInAll() {
    TestingModule module = reactor(ECHO);
    byte[] body = new byte[50_002];
    Arrays.fill(body, 1, 50_001, (byte) 0x01); // nop
    body[50_001] = 0x0b;
    for (int i = 0; i < 20; i++) {
      module.rawFunction("", VOID, body);
    }

    assertRejected("module has more than 1000000 instructions", module);
  }

  @Test
  void whatIsNotDeterministicOrNotSupportedIsNotOffered() {
    assertRejected("instruction 0xfd (SIMD) is not offered", withCode("0xfd 0x0c"));
    assertRejected("instruction 0xfe (atomics) is not offered", withCode("0xfe 0x03 0x00"));
    assertRejected(
        "instruction 0xfb (garbage collection) is not offered", withCode("0xfb 0x00 0x00"));
    assertRejected("instruction 0x06 (exceptions) is not offered", withCode("0x06 0x40"));
    assertRejected("instruction 0x08 (exceptions) is not offered", withCode("0x08 0x00"));
    assertRejected("instruction 0x12 (tail calls) is not offered", withCode("0x12 0x00"));
    assertRejected(
        "instruction 0x14 (typed function references) is not offered", withCode("0x14 0x00"));
    assertRejected("instruction 0xff (unknown) is not offered", withCode("0xff"));
    assertRejected("instruction 0xfc 18 (unknown) is not offered", withCode("0xfc 0x12"));
    assertRejected("shared memory is not offered", memories(3, 1, 1));
    assertRejected("memory flags 0x04 are not offered", memories(4, 1));
    assertRejected(
        "type form 0x5f (garbage collection) is not offered",
        new TestingModule().withoutMemoryExport().rawSection(1, new byte[] {1, 0x5f, 0}));
    assertRejected(
        "value type v128 (SIMD) is not offered",
        new TestingModule().withoutMemoryExport().rawSection(1, new byte[] {1, 0x60, 1, 0x7b, 0}));
    assertRejected(
        "section 13 (exceptions) is not offered",
        reactor(ECHO).rawSection(13, new byte[] {1, 0, 0}));
    assertRejected(
        "an instruction names a second memory, limit 1",
        withCode("i32.const 0 0x28 0x40 0x01 0x00 drop"));
    assertRejected(
        "a constant expression of several instructions is not offered",
        reactor(ECHO).global("i32", false, "i32.const 1 i32.const 1 i32.add"));
  }

  @Test
  void whatIsNamedMustExist() {
    String withoutMemory =
        sandbox.rejection(new TestingModule().alloc().function("execute", CALL, "", ECHO).bytes());
    String withoutTable = sandbox.rejection(reactor(ECHO).element(0, 0).bytes());
    String withoutLabel = sandbox.rejection(withCode("br 1").bytes());
    String withoutIf = sandbox.rejection(withCode("block void else end").bytes());

    assertTrue(withoutMemory.startsWith("module is not valid: memory 0 does not exist"));
    assertTrue(withoutTable.startsWith("module is not valid: table 0 does not exist"));
    assertTrue(withoutLabel.startsWith("module is not valid: label 1 does not exist"));
    assertTrue(withoutIf.startsWith("not a WebAssembly module: an else without an if"));
  }

  @Test
  void typesAreValidatedAndTheRuleAndTheOffsetAreNamed() {
    String reason = sandbox.rejection(withCode("i32.const 1 f64.const 1 i32.add drop").bytes());

    assertEquals(
        "module is not valid: f64 where i32 is expected (rule validity, offset 106)", reason);
  }

  @Test
  void whatWasLoadedIsRemembered() {
    byte[] good = reactor(ECHO).bytes();
    byte[] bad = new TestingModule().memory(1).bytes();

    assertSame(sandbox.load(good), sandbox.load(good.clone()));
    assertSame(sandbox.loaded(bad), sandbox.loaded(bad.clone()));
  }

  @Test
  void loadsOfOneModuleAtTheSameTimeCompileItOnce() {
    byte[] wasm = reactor("unreachable").bytes();
    List<FutureTask<GuestModule>> loads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<GuestModule> load = new FutureTask<>(() -> sandbox.load(wasm));
      loads.add(load);
      Thread.startVirtualThread(load);
    }

    GuestModule first = TestingSandbox.await(loads.get(0));
    for (FutureTask<GuestModule> load : loads) {
      assertSame(first, TestingSandbox.await(load));
    }
  }

  @Test
  void theModuleUsedLongestAgoIsForgottenAndCompiledAgain() {
    try (TestingSandbox small = new TestingSandbox(new SandboxOptions(64 << 20, 2))) {
      TestingModule[] modules = {reactor(ECHO), reactor(NOTHING), reactor("unreachable")};
      GuestModule first = small.load(modules[0]);
      GuestModule second = small.load(modules[1]);
      assertSame(first, small.load(modules[0]));
      small.rejection(new byte[0]);
      small.rejection(new byte[1]);

      small.load(modules[2]); // forgets the second

      assertSame(first, small.load(modules[0]));
      assertNotSame(second, small.load(modules[1]));
      CallResult forgotten = small.call(TestingSandbox.execution(second));
      assertEquals(0, TestingSandbox.output(forgotten).length);
    }
  }

  @Test
  void theBytesMayChangeAfterLoading() {
    byte[] wasm = reactor(ECHO).bytes();
    GuestModule module = sandbox.load(wasm);

    Arrays.fill(wasm, (byte) 0);

    byte[] output = TestingSandbox.output(sandbox.call(TestingSandbox.execution(module, (byte) 7)));
    assertEquals(7, output[0]);
  }
}
