package io.banyan.compute;

import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.command;
import static io.banyan.compute.TestingSandbox.PATIENT_MILLIS;
import static io.banyan.compute.TestingSandbox.execution;
import static io.banyan.compute.TestingSandbox.limits;
import static io.banyan.compute.TestingSandbox.outcome;
import static io.banyan.compute.TestingSandbox.output;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.GuestFunction;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandTest {
  private final TestingSandbox sandbox = new TestingSandbox();

  @AfterAll
  void close() {
    sandbox.close();
  }

  /** At address 0 one vector of {@code length} bytes at 1024; counts go to 8. */
  private static String vector(int length) {
    return "i32.const 0 i32.const 1024 i32.store 0 i32.const 4 i32.const "
        + length
        + " i32.store 0 ";
  }

  /** Function {@code function} on {@code descriptor} with that vector. */
  private static String transfer(int descriptor, int function) {
    return "i32.const "
        + descriptor
        + " i32.const 0 i32.const 1 i32.const 8 call "
        + function
        + " ";
  }

  /** Writes {@code length} bytes from 1024 to standard output with function {@code write}. */
  private static String print(int length, int write) {
    return vector(length) + transfer(1, write) + "drop ";
  }

  private static TestingModule importing(String start, HostImport... functions) {
    TestingModule module = new TestingModule();
    for (HostImport function : functions) {
      module.imports(function);
    }
    return module.memory(2).function("_start", VOID, "i32 i64", start);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Copies standard input to standard output, seven bytes at a time. */
  private static final String CAT =
      "loop void "
          + vector(7)
          + transfer(0, 0)
          + "drop i32.const 4 i32.const 8 i32.load 0 i32.store 0 "
          + transfer(1, 1)
          + "drop i32.const 4 i32.load 0 br_if 0 end";

  @Test
  void standardInputBecomesStandardOutput() {
    GuestModule cat = sandbox.load(importing(CAT, HostImport.FD_READ, HostImport.FD_WRITE));
    byte[] text = bytes("the quick brown fox jumps over the lazy dog");

    assertEquals(ModuleKind.COMMAND, cat.kind());
    assertTrue(cat.exports(GuestFunction.EXECUTE));
    assertFalse(cat.exports(GuestFunction.MERGE));
    assertArrayEquals(text, output(sandbox.call(execution(cat, text))));
    assertArrayEquals(new byte[0], output(sandbox.call(execution(cat))));
  }

  @Test
  void standardOutputIsCapped() {
    GuestModule cat = sandbox.load(importing(CAT, HostImport.FD_READ, HostImport.FD_WRITE));

    assertEquals(
        100,
        output(sandbox.call(execution(cat, limits(2, 100, PATIENT_MILLIS), new byte[100]))).length);
    assertEquals(
        new Outcome.LimitExceeded(LimitKind.OUTPUT),
        outcome(sandbox.call(execution(cat, limits(2, 100, PATIENT_MILLIS), new byte[101]))));
  }

  @Test
  void standardErrorGoesToTheLog() {
    TestingModule module =
        importing(vector(11) + transfer(2, 0) + "drop", HostImport.FD_WRITE)
            .data(1024, "one\ntwo and");

    CallResult result = sandbox.execute(module);

    assertArrayEquals(new byte[0], output(result));
    assertEquals(
        new GuestLog(List.of(new LogLine(1, "one"), new LogLine(1, "two and")), false),
        result.report().log());
  }

  @Test
  void exitingWithZeroCompletesAndWithAnotherCodeTraps() {
    String printThenExit = print(2, 0) + "i32.const %d call 1 unreachable";
    TestingModule good =
        importing(printThenExit.formatted(0), HostImport.FD_WRITE, HostImport.PROC_EXIT)
            .data(1024, "ok");
    TestingModule bad =
        importing(printThenExit.formatted(3), HostImport.FD_WRITE, HostImport.PROC_EXIT);

    assertArrayEquals(bytes("ok"), output(sandbox.execute(good)));
    assertEquals(new Outcome.Trapped(TrapKind.NONZERO_EXIT), outcome(sandbox.execute(bad)));
  }

  @Test
  void aTrapIsATrap() {
    assertEquals(
        new Outcome.Trapped(TrapKind.UNREACHABLE),
        outcome(sandbox.execute(command("unreachable"))));
  }

  @Test
  void bothClocksStandStill() {
    String code =
        "i32.const 0 i64.const 1 i32.const 1024 call 0 drop"
            + " i32.const 1 i64.const 1 i32.const 1032 call 0 drop"
            + " i32.const 1040 i32.const 2 i64.const 1 i32.const 0 call 0 i32.store 0 ";
    TestingModule module =
        importing(code + print(20, 1), HostImport.CLOCK_TIME_GET, HostImport.FD_WRITE);

    ByteBuffer output =
        ByteBuffer.wrap(output(sandbox.execute(module))).order(ByteOrder.LITTLE_ENDIAN);

    assertEquals(1_577_836_800_000_000_000L, output.getLong());
    assertEquals(1_577_836_800_000_000_000L, output.getLong());
    assertEquals(28, output.getInt());
  }

  @Test
  void randomNumbersDependOnTheInputAlone() {
    String code =
        "i32.const 1024 i32.const 100 call 0 drop i32.const 1124 i32.const 100 call 0 drop ";
    GuestModule module =
        sandbox.load(importing(code + print(200, 1), HostImport.RANDOM_GET, HostImport.FD_WRITE));

    byte[] first = output(sandbox.call(execution(module, bytes("a"))));
    byte[] again = output(sandbox.call(execution(module, bytes("a"))));
    byte[] other = output(sandbox.call(execution(module, bytes("b"))));

    assertArrayEquals(first, again);
    assertFalse(Arrays.equals(first, other));
    assertFalse(Arrays.equals(first, 0, 100, first, 100, 200));
  }

  @Test
  void thereAreNoArgumentsNoEnvironmentNoDirectoriesAndNoSeeking() {
    String code =
        // Counts and sizes: 0 each, over what stood there.
        "i32.const 1024 i64.const -1 i64.store 0 i32.const 1032 i64.const -1 i64.store 0"
            + " i32.const 1024 i32.const 1028 call 0 drop i32.const 1032 i32.const 1036 call 1 drop"
            + " i32.const 1040 i32.const 3 i32.const 0 call 2 i32.store 0"
            + " i32.const 1044 i32.const 1 i64.const 0 i32.const 0 i32.const 0 call 3 i32.store 0"
            + " i32.const 1048 i32.const 3 i32.const 0 call 4 i32.store 0"
            + " i32.const 1 i32.const 1056 call 4 drop ";
    TestingModule module =
        importing(
            code + print(80, 5),
            HostImport.ARGS_SIZES_GET,
            HostImport.ENVIRON_SIZES_GET,
            HostImport.FD_PRESTAT_GET,
            HostImport.FD_SEEK,
            HostImport.FD_FDSTAT_GET,
            HostImport.FD_WRITE);

    ByteBuffer output =
        ByteBuffer.wrap(output(sandbox.execute(module))).order(ByteOrder.LITTLE_ENDIAN);

    assertEquals(0, output.getLong(0));
    assertEquals(0, output.getLong(8));
    assertEquals(8, output.getInt(16)); // EBADF
    assertEquals(70, output.getInt(20)); // ESPIPE
    assertEquals(8, output.getInt(24)); // EBADF
    assertEquals(64, output.getLong(40)); // standard output may be written
  }

  @Test
  void pointersOutsideTheMemoryTrap() {
    String[] codes = {
      "i32.const -8 i32.const 0 call 0 drop", // sizes
      "i32.const 1 i32.const -8 i32.const 1 i32.const 8 call 1 drop", // vectors
      vector(-1) + transfer(1, 1) + "drop", // what they point to
      vector(-1) + transfer(0, 2) + "drop",
      "i32.const 1024 i32.const -1 call 3 drop", // random
      "i32.const 0 i64.const 0 i32.const 131065 call 4 drop", // time
    };
    for (String code : codes) {
      TestingModule module =
          importing(
              code,
              HostImport.ARGS_SIZES_GET,
              HostImport.FD_WRITE,
              HostImport.FD_READ,
              HostImport.RANDOM_GET,
              HostImport.CLOCK_TIME_GET);

      assertEquals(
          new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS),
          outcome(sandbox.execute(module, new byte[200_000])),
          code);
    }
  }

  @Test
  void aReactorsStandardOutputGoesToTheLog() {
    TestingModule module = new TestingModule().imports(HostImport.FD_WRITE).memory(1).alloc();
    module
        .data(1024, "panic")
        .function("execute", TestingModule.CALL, "", print(5, 0) + TestingModule.NOTHING);

    CallResult result = sandbox.execute(module);

    assertEquals(new GuestLog(List.of(new LogLine(1, "panic")), false), result.report().log());
  }
}
