package io.banyan.compute;

import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * What one call's guest reaches of the world: its input, its output, its log, and numbers that are
 * the same on every machine. Confined to the call's thread.
 */
final class CallHost implements HostCalls {
  /*
   * The WASI functions are our own and not Endive's: that one's clock option leaves the monotonic
   * clock running, it sleeps in poll_oneoff, and its output has no cap. These dozen touch nothing
   * outside this object.
   *
   * A reactor may use them too, since C++ and Rust libraries import them for their panics; its
   * standard input is empty and its standard output goes to the log.
   */

  /** 1 January 2020, 00:00 UTC: both clocks stand still there. */
  static final long CLOCK_NANOS = 1_577_836_800L * 1_000_000_000L;

  private static final long VECTOR_FUEL = 8; // even if it names no bytes
  private static final long RANDOM_FUEL_PER_BYTE = 4; // a SHA-256 makes 32 of them

  private final Meter meter;
  private final GuestRandom random;
  private final byte[] stdin;
  private final boolean command;
  private final long stdoutBytesMax;
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final LogCollector log = new LogCollector();
  private int stdinRead;
  private int progressPermille;
  private IntConsumer told = _ -> {};

  private CallHost(
      Meter meter, List<byte[]> input, byte[] stdin, boolean command, long stdoutBytesMax) {
    this.meter = meter;
    this.random = new GuestRandom(input);
    this.stdin = stdin;
    this.command = command;
    this.stdoutBytesMax = stdoutBytesMax;
  }

  static CallHost reactor(Meter meter, List<byte[]> input) {
    return new CallHost(meter, input, new byte[0], false, 0);
  }

  static CallHost command(Meter meter, byte[] stdin, long stdoutBytesMax) {
    return new CallHost(meter, List.of(stdin), stdin, true, stdoutBytesMax);
  }

  /** Has {@code listener} told of each progress that the guest reports, on its thread. */
  void tell(IntConsumer listener) {
    told = listener;
  }

  byte[] stdout() {
    return stdout.toByteArray();
  }

  GuestLog log() {
    return log.finish();
  }

  int progressPermille() {
    return progressPermille;
  }

  @Override
  public long call(HostImport function, GuestMemory memory, long[] args) {
    CallEndException.throwIfInterrupted();
    meter.charge(Meter.IMPORT_FUEL);
    return switch (function) {
      case LOG -> {
        requireHeld(memory, u32(args[1]), u32(args[2]));
        meter.chargeBytes(u32(args[2]));
        log.line((int) args[0], memory, u32(args[1]), u32(args[2]));
        yield 0;
      }
      case PROGRESS -> {
        progressPermille = Math.clamp((int) args[0], 0, 1000);
        told.accept(progressPermille);
        yield 0;
      }
      case FAIL -> throw fail(memory, u32(args[0]), u32(args[1]));
      case ABORT -> throw CallEndException.trap(TrapKind.UNREACHABLE);
      case ARGS_SIZES_GET, ENVIRON_SIZES_GET -> {
        memory.writeU32(u32(args[0]), 0);
        memory.writeU32(u32(args[1]), 0);
        yield Wasi.SUCCESS;
      }
      case ARGS_GET, ENVIRON_GET, SCHED_YIELD -> Wasi.SUCCESS;
      case FD_READ -> read(memory, (int) args[0], u32(args[1]), u32(args[2]), u32(args[3]));
      case FD_WRITE -> write(memory, (int) args[0], u32(args[1]), u32(args[2]), u32(args[3]));
      case FD_CLOSE -> isStandard((int) args[0]) ? Wasi.SUCCESS : Wasi.EBADF;
      case FD_SEEK -> isStandard((int) args[0]) ? Wasi.ESPIPE : Wasi.EBADF;
      case FD_FDSTAT_GET -> describe(memory, (int) args[0], u32(args[1]));
      case FD_PRESTAT_GET, FD_PRESTAT_DIR_NAME -> Wasi.EBADF; // no directory is open
      case RANDOM_GET -> drawRandom(memory, u32(args[0]), u32(args[1]));
      case CLOCK_TIME_GET -> tellTime(memory, (int) args[0], u32(args[2]));
      case PROC_EXIT -> throw CallEndException.exit((int) args[0]);
    };
  }

  private static long u32(long argument) {
    return argument & 0xffff_ffffL;
  }

  private static boolean isStandard(int descriptor) {
    return descriptor >= Wasi.STDIN && descriptor <= Wasi.STDERR;
  }

  private static void requireHeld(GuestMemory memory, long address, long length) {
    if (!memory.holds(address, length)) {
      throw CallEndException.trap(TrapKind.MEMORY_OUT_OF_BOUNDS);
    }
  }

  private static CallEndException fail(GuestMemory memory, long address, long length) {
    if (!memory.holds(address, length)) {
      return CallEndException.trap(TrapKind.MEMORY_OUT_OF_BOUNDS);
    }
    // Four bytes more than are kept, so that the last character kept is read whole.
    long taken = Math.min(length, Outcome.Failed.MESSAGE_BYTES_MAX + 4);
    String text = new String(memory.read(address, taken), StandardCharsets.UTF_8);
    return CallEndException.of(new Outcome.Failed(truncate(text)));
  }

  private static String truncate(String text) {
    int bytes = 0;
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      bytes += Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > Outcome.Failed.MESSAGE_BYTES_MAX) {
        break;
      }
      at += Character.charCount(codePoint);
    }
    return text.substring(0, at);
  }

  private long read(
      GuestMemory memory, int descriptor, long vectors, long vectorCount, long countAt) {
    if (descriptor != Wasi.STDIN) {
      return Wasi.EBADF;
    }
    int before = stdinRead;
    for (long i = 0; i < vectorCount && stdinRead < stdin.length; i++) {
      CallEndException.throwIfInterrupted();
      meter.charge(VECTOR_FUEL);
      long address = u32(memory.readU32(vectors + i * Wasi.IOVEC_BYTES));
      long room = u32(memory.readU32(vectors + i * Wasi.IOVEC_BYTES + 4));
      int part = (int) Math.min(room, stdin.length - stdinRead);
      meter.chargeBytes(part);
      memory.write(address, stdin, stdinRead, part);
      stdinRead += part;
    }
    memory.writeU32(countAt, stdinRead - before);
    return Wasi.SUCCESS;
  }

  private long write(
      GuestMemory memory, int descriptor, long vectors, long vectorCount, long countAt) {
    if (descriptor != Wasi.STDOUT && descriptor != Wasi.STDERR) {
      return Wasi.EBADF;
    }
    long written = 0;
    for (long i = 0; i < vectorCount; i++) {
      CallEndException.throwIfInterrupted();
      meter.charge(VECTOR_FUEL);
      long address = u32(memory.readU32(vectors + i * Wasi.IOVEC_BYTES));
      long length = u32(memory.readU32(vectors + i * Wasi.IOVEC_BYTES + 4));
      requireHeld(memory, address, length);
      meter.chargeBytes(length);
      writePart(memory, descriptor, address, length);
      written += length;
    }
    memory.writeU32(countAt, (int) written);
    return Wasi.SUCCESS;
  }

  private void writePart(GuestMemory memory, int descriptor, long address, long length) {
    if (descriptor == Wasi.STDERR || !command) {
      log.stream(memory, address, length);
      return;
    }
    if (stdout.size() + length > stdoutBytesMax) {
      throw CallEndException.limit(LimitKind.OUTPUT);
    }
    stdout.writeBytes(memory.read(address, length));
  }

  /**
   * A file of unknown type, so that C libraries buffer it fully and do not take it for a screen.
   */
  private static long describe(GuestMemory memory, int descriptor, long address) {
    if (!isStandard(descriptor)) {
      return Wasi.EBADF;
    }
    memory.write(address, new byte[Wasi.FDSTAT_BYTES], 0, Wasi.FDSTAT_BYTES);
    memory.writeU64(
        address + 8, descriptor == Wasi.STDIN ? Wasi.RIGHT_FD_READ : Wasi.RIGHT_FD_WRITE);
    return Wasi.SUCCESS;
  }

  private long drawRandom(GuestMemory memory, long address, long length) {
    requireHeld(memory, address, length);
    if (!random.isSeeded()) {
      meter.chargeBytes(random.inputBytes());
    }
    meter.charge(RANDOM_FUEL_PER_BYTE * length);
    random.fill(memory, address, length);
    return Wasi.SUCCESS;
  }

  private static long tellTime(GuestMemory memory, int clock, long address) {
    if (clock != Wasi.CLOCK_REALTIME && clock != Wasi.CLOCK_MONOTONIC) {
      return Wasi.EINVAL;
    }
    memory.writeU64(address, CLOCK_NANOS);
    return Wasi.SUCCESS;
  }
}
