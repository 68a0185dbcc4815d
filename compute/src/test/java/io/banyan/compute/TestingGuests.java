package io.banyan.compute;

import java.util.List;
import java.util.Random;

/** Small random guests that use memory, globals and imports as their input tells them. */
final class TestingGuests {
  private TestingGuests() {}

  // Local 2 gathers what the guest saw; the input has at least one byte.
  private static final List<String> STATEMENTS =
      List.of(
          "local.get 0 i32.load8_u 0 i32.const %d i32.mul local.get 2 i32.store %d",
          "local.get 2 i32.const %d i32.load8_u %d i32.add local.set 2",
          "i32.const %d local.get 2 i32.store8 %d",
          "i32.const %d i64.const %d i64.store 0",
          "global.get 1 local.get 2 i32.add i32.const %d i32.add global.set 1",
          "local.get 2 global.get 1 i32.add local.set 2",
          "global.get 2 i64.const %d i64.mul i64.const 1 i64.add global.set 2",
          "i32.const 1900 global.get 2 i64.store 0",
          "local.get 0 i32.load8_u 0 i32.const 3 i32.and memory.grow 0 local.get 2 i32.add"
              + " local.set 2",
          "local.get 2 memory.size 0 i32.add local.set 2",
          "i32.const %d i32.const %d i32.const 40 memory.fill",
          "i32.const %d i32.const %d i32.const 90 memory.copy",
          "i32.const 70000 local.get 2 i32.store 0",
          "local.get 0 i32.load8_u 0 i32.const %d i32.eq if void unreachable end",
          "i32.const 0 i32.const %d i32.const 9 call 0",
          "local.get 0 i32.load8_u 0 call 1",
          "i32.const %d i32.const 16 call 2 drop",
          "local.get 0 i32.load8_u 0 local.set 3 loop void local.get 3 i32.const 7 i32.mul"
              + " local.get 2 i32.store8 512 local.get 2 i32.const %d i32.add local.set 2"
              + " local.get 3 if void local.get 3 i32.const 1 i32.sub local.set 3 br 1 end end",
          "local.get 2 i32.const %d call 5 i32.add local.set 2");

  private static final String SHOW =
      "i32.const 4000 local.get 2 i32.store 0 i32.const 4004 global.get 1 i32.store 0"
          + " i32.const 4008 global.get 2 i64.store 0 i64.const 4096";

  static TestingModule guest(long seed) {
    Random random = new Random(seed);
    TestingModule module =
        new TestingModule()
            .imports(HostImport.LOG)
            .imports(HostImport.PROGRESS)
            .imports(HostImport.RANDOM_GET)
            .memory(1 + random.nextInt(2))
            .data(random.nextInt(3000), "what the memory begins with")
            .alloc()
            .function(
                "execute",
                TestingModule.CALL,
                "i32 i32",
                statements(random, 1 + random.nextInt(12)) + SHOW)
            .function(
                "",
                new Signature(List.of(ValueType.I32), List.of(ValueType.I32)),
                "",
                "global.get 1 local.get 0 i32.mul global.set 1 global.get 1")
            .global("i32", true, "i32.const " + random.nextInt(100))
            .global("i64", true, "i64.const " + random.nextInt(100));
    String before = "i32.const %d i64.const 77 i64.store 0 i32.const 5 global.set 1 ";
    String beginning =
        random.nextBoolean()
            ? before.formatted(random.nextInt(3000))
            : "i32.const 0 i32.const 8 i32.const 9 call 0 ";
    switch (random.nextInt(3)) {
      case 0 -> module.function("_initialize", TestingModule.VOID, "", beginning);
      case 1 -> module.function("", TestingModule.VOID, "", beginning).start(6);
      default -> {}
    }
    return module;
  }

  private static String statements(Random random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String statement = STATEMENTS.get(random.nextInt(STATEMENTS.size()));
      text.append(statement.formatted(random.nextInt(3000), random.nextInt(3000))).append(' ');
    }
    return text.toString();
  }
}
