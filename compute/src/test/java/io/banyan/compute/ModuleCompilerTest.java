package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Digest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ModuleCompilerTest {
  private static final long SHORT_MILLIS = 50; // each test waits for it a few times

  private final ModuleCache cache = new ModuleCache(8, 1 << 20);
  private final CountDownLatch stuckMayEnd = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();

  /** Does not come to an end before the test lets it. */
  private Program stuck(Rewritten ignored) {
    begun.incrementAndGet();
    try {
      stuckMayEnd.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return (memoryPagesMax, host, meter) -> {
      throw new IllegalStateException("nobody runs it");
    };
  }

  private static byte[] module(int number) {
    return TestingModule.reactor("i64.const " + number).bytes();
  }

  private static LoadResult load(ModuleCompiler compiler, int number) throws InterruptedException {
    byte[] wasm = module(number);
    return compiler.load(Digest.sha256(wasm), wasm);
  }

  private static String rejection(LoadResult result) {
    return assertInstanceOf(LoadResult.Rejected.class, result).reason();
  }

  @Test
  void aModuleThatTakesTooLongIsRejectedAndRememberedAsSuch() throws InterruptedException {
    ModuleCompiler compiler = new ModuleCompiler(this::stuck, cache, SHORT_MILLIS);

    String first = rejection(load(compiler, 1));
    String second = rejection(load(compiler, 1));

    assertTrue(first.startsWith("compiling takes longer than"), first);
    assertEquals(first, second);
    assertEquals(1, begun.get());
    stuckMayEnd.countDown();
  }

  @Test
  void stuckCompilersDoNotGrowInNumberAndOthersAreTurnedAwayMeanwhile()
      throws InterruptedException {
    ModuleCompiler compiler = new ModuleCompiler(this::stuck, cache, SHORT_MILLIS);
    int stuckMax = ModuleCompiler.THREADS_MAX + ModuleCompiler.ABANDONED_MAX;
    for (int i = 0; i < stuckMax; i++) {
      load(compiler, i);
    }

    String reason = rejection(load(compiler, stuckMax));

    assertTrue(reason.contains("no compiler was free"), reason);
    assertEquals(stuckMax, begun.get());
    assertTrue(cache.find(Digest.sha256(module(stuckMax))).isEmpty());

    stuckMayEnd.countDown();
    ModuleCompiler patient = compiler;
    LoadResult later = load(patient, stuckMax);
    while (later instanceof LoadResult.Rejected rejected
        && rejected.reason().contains("no compiler was free")) {
      later = load(patient, stuckMax); // the stuck ones are on their way out
    }
    assertInstanceOf(LoadResult.Loaded.class, later);
  }

  @Test
  void whatFailsToCompileIsRemembered() throws InterruptedException {
    ModuleCompiler compiler =
        new ModuleCompiler(
            ignored -> {
              begun.incrementAndGet();
              throw new RefusedException(Rule.ENGINE, "not this one");
            },
            cache,
            TestingSandbox.PATIENT_MILLIS);

    String first = rejection(load(compiler, 1));

    assertEquals(first, rejection(load(compiler, 1)));
    assertEquals(1, begun.get());
  }
}
