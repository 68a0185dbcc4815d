package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Outcome;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A sandbox, and the short words for what tests do with it. */
final class TestingSandbox implements AutoCloseable {
  /** Enough for a call that ends by itself on a machine under heavy load. */
  static final long PATIENT_MILLIS = 120_000;

  static final CallLimits LIMITS = limits(256, 1 << 20, PATIENT_MILLIS);

  final Sandbox sandbox;

  TestingSandbox() {
    this(new SandboxOptions(512L << 20, 64));
  }

  TestingSandbox(SandboxOptions options) {
    this.sandbox = new Sandbox(options);
  }

  static CallLimits limits(int memoryPages, long outputBytesMax, long wallMillis) {
    return new CallLimits(
        CallLimits.FUEL_MAX,
        (long) memoryPages * CallLimits.PAGE_BYTES,
        1 << 20,
        outputBytesMax,
        wallMillis);
  }

  GuestModule load(TestingModule module) {
    return load(module.bytes());
  }

  GuestModule load(byte[] wasm) {
    return switch (loaded(wasm)) {
      case LoadResult.Loaded(GuestModule module) -> module;
      case LoadResult.Rejected(String reason) -> fail(reason);
    };
  }

  String rejection(byte[] wasm) {
    return assertInstanceOf(LoadResult.Rejected.class, loaded(wasm)).reason();
  }

  LoadResult loaded(byte[] wasm) {
    try {
      return sandbox.load(wasm);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a task on a worker's thread and waits for it. */
  static <T> T onWorker(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Sandbox.workerThread("worker", future).start();
    return await(future);
  }

  static <T> T await(FutureTask<T> future) {
    try {
      return future.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  CallResult call(Call call) {
    return onWorker(() -> sandbox.call(call));
  }

  CallResult execute(TestingModule module, byte... input) {
    return call(execution(load(module), input));
  }

  static Call execution(GuestModule module, byte... input) {
    return execution(module, LIMITS, input);
  }

  static Call execution(GuestModule module, CallLimits limits, byte... input) {
    return new Call(
        module, GuestFunction.EXECUTE, new CallInput.Bytes(input), Configuration.NONE, limits);
  }

  static Call merge(GuestModule module, CallLimits limits, byte[]... values) {
    return new Call(
        module,
        GuestFunction.MERGE,
        new CallInput.Parts(List.of(values)),
        Configuration.NONE,
        limits);
  }

  static Call split(GuestModule module, CallLimits limits, byte... input) {
    return new Call(
        module, GuestFunction.SPLIT, new CallInput.Bytes(input), Configuration.NONE, limits);
  }

  static byte[] output(CallResult result) {
    return assertInstanceOf(CallResult.Returned.class, result, result::toString).output();
  }

  static Outcome outcome(CallResult result) {
    return assertInstanceOf(CallResult.Ended.class, result, result::toString).outcome();
  }

  static NoResultReason noResult(CallResult result) {
    return assertInstanceOf(CallResult.NoResult.class, result, result::toString).reason();
  }

  @Override
  public void close() {
    sandbox.close();
  }
}
