package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Takes a tiny module through the engine, so that the first real one does not pay for the engine's
 * classes (300 to 450 ms), and so that no class is first loaded at the end of a guest's stack.
 */
final class WarmUp {
  private WarmUp() {}

  /* The module, in the text format:
   *   (module
   *     (memory (export "memory") 1)
   *     (table funcref (elem $sum))
   *     (type $f (func (param i32 i32) (result i64)))
   *     (func (export "alloc") (param i32) (result i32) (i32.const 16))
   *     ;; Adds up the bytes; what it then does depends on the first of them.
   *     (func $sum (type $f) (local $n i64) (local $end i32)
   *       (local.set $end (i32.add (local.get 0) (local.get 1)))
   *       (loop $next
   *         (local.set $n (i64.add (local.get $n) (i64.load8_u (local.get 0))))
   *         (local.set 0 (i32.add (local.get 0) (i32.const 1)))
   *         (br_if $next (i32.lt_u (local.get 0) (local.get $end))))
   *       (i64.store (i32.const 8) (local.get $n))
   *       (i64.const 0x800000008))
   *     (func (export "execute") (type $f)
   *       (if (i32.eq (i32.load8_u (local.get 0)) (i32.const 1)) (then (unreachable)))
   *       (if (i32.eq (i32.load8_u (local.get 0)) (i32.const 2))
   *         (then (drop (i32.load (i32.const -1)))))
   *       (if (i32.eq (i32.load8_u (local.get 0)) (i32.const 3))
   *         (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
   *       (call_indirect (type $f) (local.get 0) (local.get 1) (i32.const 0))))
   */
  private static final String MODULE =
      "0061736d01000000010c0260027f7f017e60017f017f0304030100000405017001010105"
          + "03010001071c03066d656d6f7279020005616c6c6f630000076578656375746500020907"
          + "010041000b01010a7703040041100b3602017e017f200020016a21030340200220003100"
          + "007c2102200041016a210020002003490d000b41082002370300428880808080010b3900"
          + "20002d00004101460440000b20002d00004102460440417f2802001a0b20002d00004103"
          + "460440410141006e1a0b2000200141001100000b";

  /** On the compiler's thread; returns what the calls came to. */
  static List<CallResult> run(Runner runner, Watchdog watchdog) {
    byte[] wasm = HexFormat.of().parseHex(MODULE);
    return switch (Sandbox.compile(runner, Digest.sha256(wasm), wasm)) {
      case LoadResult.Loaded(GuestModule module) ->
          IntStream.rangeClosed(0, 3)
              .mapToObj(ending -> new CallExecution(call(module, (byte) ending)).run(watchdog))
              .toList();
      case LoadResult.Rejected(String reason) ->
          throw new IllegalStateException("the warm-up module is rejected: " + reason);
    };
  }

  private static Call call(GuestModule module, byte ending) {
    return new Call(
        module,
        GuestFunction.EXECUTE,
        new CallInput.Bytes(new byte[] {ending}),
        Configuration.NONE,
        CallLimits.DEFAULT);
  }
}
