package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long a guest that never ends runs on when its time is over, once it is compiled code: the
 * worst of some turns. By the clock, so it does not hold on a busy machine.
 */
final class StopBench {
  private static final double MILLIS_GOAL = 50;
  private static final int WALL_MILLIS = 300; // long enough to be compiled
  private static final int TURNS = 10;
  private static final int WIDE = 1500; // statements in the body of a loop

  /** Fuel outlasts the time. */
  private static final CallLimits LIMITS =
      new CallLimits(
          CallLimits.FUEL_MAX,
          1L << 20, // 1 MiB
          CallLimits.DEFAULT.depthBytesMax(),
          CallLimits.DEFAULT.outputBytesMax(),
          WALL_MILLIS);

  private StopBench() {}

  /** Counts local 2 up to 2·10⁹ again and again, which the JVM's compiler sees. */
  private static String counting(String body) {
    return "loop void i32.const 0 local.set 2 loop void "
        + body
        + " local.get 2 i32.const 1 i32.add local.tee 2 i32.const 2000000000 i32.lt_s br_if 0 end"
        + " br 0 end i64.const 0";
  }

  private static Map<String, String> guests() {
    Map<String, String> guests = new TreeMap<>();
    guests.put("empty", "loop void br 0 end i64.const 0");
    guests.put("counting", counting(""));
    guests.put("storing", counting("local.get 2 i32.const 65532 i32.and local.get 2 i32.store 0"));
    guests.put(
        "wide",
        counting("local.get 3 local.get 2 i32.mul i32.const 77 i32.add local.set 3 ".repeat(WIDE)));
    return guests;
  }

  static void run(Sandbox sandbox) throws InterruptedException {
    for (Map.Entry<String, String> guest : guests().entrySet()) {
      byte[] wasm = TestingModule.reactor(guest.getValue()).bytes();
      GuestModule module = ComputeBench.load(sandbox, wasm);
      double worst = 0;
      for (int i = -2; i < TURNS; i++) {
        double millis = overTime(sandbox, module);
        worst = i < 0 ? 0 : Math.max(worst, millis);
      }
      new BenchFigure("compute.stop." + guest.getKey(), worst, "ms", TURNS, 0)
          .atMost(MILLIS_GOAL)
          .print();
    }
  }

  private static double overTime(Sandbox sandbox, GuestModule module) {
    Call call =
        new Call(
            module,
            GuestFunction.EXECUTE,
            new CallInput.Bytes(new byte[0]),
            Configuration.NONE,
            LIMITS);
    CallResult result = sandbox.call(call);
    if (result instanceof CallResult.NoResult none && none.reason() == NoResultReason.WALL_TIME) {
      return none.report().guestNanos() / 1e6 - WALL_MILLIS;
    }
    throw new IllegalStateException("an endless guest came to " + result);
  }
}
