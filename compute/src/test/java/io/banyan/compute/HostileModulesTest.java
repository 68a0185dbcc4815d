package io.banyan.compute;

import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.ECHO;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingSandbox.execution;
import static io.banyan.compute.TestingSandbox.limits;
import static io.banyan.compute.TestingSandbox.onWorker;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Modules made to hurt: none throws, none hangs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120) // Each takes a second or two; a hang takes for ever.
class HostileModulesTest {
  private final TestingSandbox sandbox = new TestingSandbox();

  @AfterAll
  void close() {
    sandbox.close();
  }

  @Test
  void aHugeBranchTableIsRejected() {
    TestingModule.Bytes body = new TestingModule.Bytes();
    body.u8(0, 0x41, 0, 0x0e).u32(1_000_000);
    body.writeBytes(new byte[1_000_001]);

    sandbox.rejection(
        TestingModule.reactor(ECHO).rawFunction("", VOID, body.u8(0x0b).toByteArray()).bytes());
  }

  @Test
  void sixtyThousandConstantsOnTheStackAreRejected() {
    String constants = "i32.const 0 ".repeat(30_000);

    sandbox.rejection(TestingModule.reactor(constants + NOTHING).bytes());
  }

  @Test
  void claimedSizesCostNothing() {
    // Each says it has 4 294 967 295 of something, and ends there.
    for (int section = 1; section <= 12; section++) {
      sandbox.rejection(
          new TestingModule()
              .withoutMemoryExport()
              .rawSection(section, new byte[] {-1, -1, -1, -1, 15})
              .bytes());
    }
  }

  @Test
  void twoHundredThousandFunctionsAreRejected() {
    TestingModule.Bytes content = new TestingModule.Bytes();
    content.u32(200_000).writeBytes(new byte[200_000]);
    TestingModule module =
        new TestingModule().withoutMemoryExport().rawSection(1, new byte[] {1, 0x60, 0, 0});

    sandbox.rejection(module.rawSection(3, content.toByteArray()).bytes());
  }

  @Test
  void manyBranchesOverManyLocalsAreRejected() {
    // Left alone, they would keep the compiler busy for half a minute.
    TestingModule module = TestingModule.reactor(ECHO);
    byte[] body =
        TestingCode.assemble("0x01 0xe8 0x07 0x7f " + "block void end ".repeat(10_000) + "end");
    for (int i = 0; i < 10; i++) {
      module.rawFunction("", VOID, body);
    }

    assertEquals(
        "locals and operands at branches exceed 50000000 in all (rule branch-slots, offset 75140)",
        sandbox.rejection(module.bytes()));
  }

  @Test
  void theLargestModulesThatAreTakenCompile() {
    TestingModule functions = TestingModule.reactor(ECHO);
    for (int i = 0; i < 9_998; i++) {
      functions.function("", VOID, "", "");
    }
    sandbox.load(functions);
    TestingModule instructions = TestingModule.reactor(ECHO);
    byte[] body = TestingCode.assemble("0x00 " + "i32.const 1 drop ".repeat(5_000) + "end");
    for (int i = 0; i < 99; i++) {
      instructions.rawFunction("", VOID, body);
    }
    sandbox.load(instructions);
    sandbox.load(
        TestingModule.reactor(
            "block void ".repeat(255)
                + "end ".repeat(255)
                + "i32.const 0 ".repeat(1_000)
                + "drop ".repeat(1_000)
                + NOTHING));
  }

  @Test
  void everyTruncationIsRejected() {
    byte[] wasm = victim();

    for (int length = 0; length < wasm.length; length++) {
      sandbox.rejection(Arrays.copyOf(wasm, length));
    }
  }

  @Test
  void mutationsNeverThrowAndNeverHang() {
    long seed = 20_261_121L;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    byte[] wasm = victim();
    int loaded = 0;

    for (int i = 0; i < 2_000; i++) {
      byte[] mutated = wasm.clone();
      int changes = 1 + random.nextInt(3);
      for (int k = 0; k < changes; k++) {
        mutated[8 + random.nextInt(wasm.length - 8)] = (byte) random.nextInt();
      }
      if (sandbox.loaded(mutated) instanceof LoadResult.Loaded(GuestModule module)) {
        loaded++;
        call(module);
      }
    }

    assertTrue(loaded > 100, "only " + loaded + " of 2000 were taken, seed " + seed);
  }

  /** Whatever it comes to, it comes to something, and the engine did nothing unknown. */
  private void call(GuestModule module) {
    onWorker(
        () -> {
          CallResult result =
              sandbox.sandbox.call(execution(module, limits(16, 1 << 16, 200), (byte) 3));
          boolean known =
              !(result instanceof CallResult.NoResult(NoResultReason reason, var _, var _))
                  || reason == NoResultReason.WALL_TIME;
          assertTrue(known, result::toString);
          return true;
        });
  }

  /** A bit of everything. */
  private static byte[] victim() {
    String code =
        "i32.const 0 local.get 0 i32.load8_u 0 i32.store 0"
            + " block void loop void local.get 0 i32.load8_u 0 i32.eqz br_if 1"
            + " local.get 0 local.get 0 i32.load8_u 0 i32.const 1 i32.sub i32.store8 0 br 0 end end"
            + " i32.const 100 i32.const 0 i32.const 5 memory.init 0"
            + " i32.const 200 i32.const 100 i32.const 5 memory.copy"
            + " i32.const 300 i32.const 1 i32.const 9 memory.fill"
            + " local.get 0 local.get 1 i32.const 1 call_indirect 2 drop"
            + " ref.null i32.const 2 table.grow drop"
            + " i32.const 1 memory.grow 0 drop"
            + " f64.const 3.5 i32.trunc_f64_s drop i32.const 2 local.get 0 i32.const 1 call 0 ";
    return new TestingModule()
        .imports(HostImport.LOG)
        .memory(1, 4)
        .alloc()
        .table(3, 10, 1, 2)
        .passiveData("hello")
        .data(40, "world")
        .function("execute", CALL, "i32 i64", ECHO)
        .function("merge", CALL, "", code + ECHO)
        .function("_initialize", VOID, "", "")
        .bytes();
  }
}
