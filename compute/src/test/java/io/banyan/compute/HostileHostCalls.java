package io.banyan.compute;

import static io.banyan.compute.HostileModule.ended;
import static io.banyan.compute.HostileModule.endless;
import static io.banyan.compute.HostileModule.trapped;
import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;

import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.List;
import java.util.function.Supplier;

/** Guests that lean on what the host does for them. The one import is function 0. */
final class HostileHostCalls {
  private HostileHostCalls() {}

  /** At address 0 one vector of this many bytes from 1024. */
  private static String vector(long length) {
    return "i32.const 0 i32.const 1024 i32.store 0 i32.const 4 i32.const "
        + (int) length
        + " i32.store 0 ";
  }

  private static final String ALL_PAGES = "i32.const 4095 memory.grow 0 drop ";

  static List<HostileModule> all() {
    return List.of(
        loop(
            "a loop of log lines without text",
            HostImport.LOG,
            "",
            "i32.const 1 i32.const 0 i32.const 0 call 0"),
        loop(
            "a loop of log lines of 64 KiB",
            HostImport.LOG,
            "",
            "i32.const 1 i32.const 0 i32.const 65536 call 0"),
        loop(
            "a loop of log lines of 256 MiB",
            HostImport.LOG,
            ALL_PAGES,
            "i32.const 1 i32.const 0 i32.const 0x10000000 call 0"),
        loop("a loop of progress", HostImport.PROGRESS, "", "i32.const 7 call 0"),
        loop("a loop of yields", HostImport.SCHED_YIELD, "", "call 0 drop"),
        loop(
            "a loop of clocks",
            HostImport.CLOCK_TIME_GET,
            "",
            "i32.const 0 i64.const 0 i32.const 8 call 0 drop"),
        loop(
            "a loop of random bytes",
            HostImport.RANDOM_GET,
            "",
            "i32.const 0 i32.const 64 call 0 drop"),
        loop(
            "a loop of 256 MiB of random bytes",
            HostImport.RANDOM_GET,
            ALL_PAGES,
            "i32.const 0 i32.const 0x10000000 call 0 drop"),
        loop(
            "a loop of writes of 60 000 bytes to the log",
            HostImport.FD_WRITE,
            vector(60_000),
            "i32.const 2 i32.const 0 i32.const 1 i32.const 8 call 0 drop"),
        loop(
            "a loop of writes of 33 000 000 empty vectors",
            HostImport.FD_WRITE,
            ALL_PAGES,
            "i32.const 2 i32.const 65536 i32.const 33000000 i32.const 8 call 0 drop"),
        loop(
            "a loop of reads into 33 000 000 empty vectors",
            HostImport.FD_READ,
            ALL_PAGES,
            "i32.const 0 i32.const 65536 i32.const 33000000 i32.const 8 call 0 drop",
            "_start"),
        trappedBy(
            "a log line outside the memory",
            HostImport.LOG,
            "i32.const 1 i32.const 65000 i32.const 65536 call 0"),
        trappedBy(
            "a log line of 4 GiB", HostImport.LOG, "i32.const 1 i32.const 0 i32.const -1 call 0"),
        trappedBy(
            "random bytes outside the memory",
            HostImport.RANDOM_GET,
            "i32.const 65000 i32.const 65536 call 0 drop"),
        trappedBy(
            "4 GiB of random bytes", HostImport.RANDOM_GET, "i32.const 0 i32.const -1 call 0 drop"),
        trappedBy(
            "a write of 4 294 967 295 vectors",
            HostImport.FD_WRITE,
            "i32.const 2 i32.const 0 i32.const -1 i32.const 8 call 0 drop"),
        trappedBy(
            "vectors outside the memory",
            HostImport.FD_WRITE,
            "i32.const 2 i32.const -8 i32.const 1 i32.const 8 call 0 drop"),
        trappedBy(
            "a vector of 4 GiB",
            HostImport.FD_WRITE,
            vector(-1) + "i32.const 2 i32.const 0 i32.const 1 i32.const 8 call 0 drop"),
        trappedBy(
            "a count written outside the memory",
            HostImport.FD_WRITE,
            vector(1) + "i32.const 2 i32.const 0 i32.const 1 i32.const -1 call 0 drop"),
        trappedBy(
            "a clock outside the memory",
            HostImport.CLOCK_TIME_GET,
            "i32.const 0 i64.const 0 i32.const 65532 call 0 drop"),
        trappedBy(
            "a description outside the memory",
            HostImport.FD_FDSTAT_GET,
            "i32.const 1 i32.const 65530 call 0 drop"),
        trappedBy(
            "arguments outside the memory",
            HostImport.ARGS_SIZES_GET,
            "i32.const -4 i32.const 0 call 0 drop"),
        trappedBy(
            "a message of failure outside the memory",
            HostImport.FAIL,
            "i32.const 65535 i32.const 2 call 0"),
        command(
            "a read of 4 GiB takes what there is",
            new Outcome.Completed(),
            HostImport.FD_READ,
            vector(-1) + "i32.const 0 i32.const 0 i32.const 1 i32.const 8 call 0 drop"),
        command(
            "a read outside the memory",
            new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS),
            HostImport.FD_READ,
            "i32.const 0 i32.const 65534 i32.store 0 i32.const 4 i32.const 9 i32.store 0"
                + " i32.const 0 i32.const 0 i32.const 1 i32.const 8 call 0 drop"),
        command(
            "a descriptor that is not open",
            new Outcome.Completed(),
            HostImport.FD_WRITE,
            "i32.const 3 i32.const -1 i32.const -1 i32.const -1 call 0"
                + " i32.const 8 i32.eq i32.eqz if void unreachable end"),
        command(
            "more output than is allowed",
            new Outcome.LimitExceeded(LimitKind.OUTPUT),
            HostImport.FD_WRITE,
            vector(60_000)
                + "loop void i32.const 1 i32.const 0 i32.const 1 i32.const 8 call 0 drop br 0 end"),
        command(
            "an exit with 1",
            new Outcome.Trapped(TrapKind.NONZERO_EXIT),
            HostImport.PROC_EXIT,
            "i32.const 1 call 0"),
        ended(
            "a reactor that exits",
            new Outcome.BadOutput(),
            () -> reactor(HostImport.PROC_EXIT, "i32.const 0 call 0")),
        ended(
            "a message of failure that is not UTF-8 is cut",
            new Outcome.Failed("\ufffd".repeat(Outcome.Failed.MESSAGE_BYTES_MAX / 3)),
            () ->
                reactor(
                    HostImport.FAIL,
                    "i32.const 0 i32.const 255 i32.const 60000 memory.fill"
                        + " i32.const 0 i32.const 60000 call 0")),
        ended(
            "a message of failure of 60 000 bytes is cut",
            new Outcome.Failed("x".repeat(Outcome.Failed.MESSAGE_BYTES_MAX)),
            () ->
                reactor(
                    HostImport.FAIL,
                    "i32.const 0 i32.const 120 i32.const 60000 memory.fill"
                        + " i32.const 0 i32.const 60000 call 0")));
  }

  private static TestingModule reactor(HostImport function, String code) {
    return new TestingModule()
        .imports(function)
        .memory(1)
        .alloc()
        .function("execute", CALL, "", code + " " + NOTHING);
  }

  private static HostileModule loop(String name, HostImport function, String before, String body) {
    return endless(name, () -> reactor(function, before + "loop void " + body + " br 0 end"));
  }

  private static HostileModule loop(
      String name, HostImport function, String before, String body, String start) {
    Supplier<TestingModule> module =
        () ->
            new TestingModule()
                .imports(function)
                .memory(1)
                .function(start, VOID, "", before + "loop void " + body + " br 0 end");
    return endless(name, module);
  }

  private static HostileModule trappedBy(String name, HostImport function, String code) {
    return trapped(name, TrapKind.MEMORY_OUT_OF_BOUNDS, () -> reactor(function, code));
  }

  private static HostileModule command(
      String name, Outcome outcome, HostImport function, String code) {
    return ended(
        name,
        outcome,
        () -> new TestingModule().imports(function).memory(1).function("_start", VOID, "", code));
  }
}
