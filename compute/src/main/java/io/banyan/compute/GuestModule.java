package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import java.util.List;
import java.util.stream.Stream;

/** A compiled module. It stays usable after the sandbox has forgotten it. Safe for any thread. */
public final class GuestModule {
  /** What the JVM holds of a module, its code and its data, by each of its bytes. */
  private static final long HELD_PER_BYTE = 12;

  private final Digest digest;
  private final Rewritten rewritten;
  private final GuestInterface guestInterface;
  private final Program program;
  private final long heldBytes;

  GuestModule(Digest digest, Rewritten rewritten, GuestInterface guestInterface, Program program) {
    this.digest = digest;
    this.rewritten = rewritten.withoutBytes();
    this.guestInterface = guestInterface;
    this.program = program;
    this.heldBytes = HELD_PER_BYTE * rewritten.wasm().length;
  }

  /** SHA-256 of the bytes it was loaded from. */
  public Digest digest() {
    return digest;
  }

  public ModuleKind kind() {
    return guestInterface.kind();
  }

  /** Whether a call may name {@code function}; a command executes and does nothing else. */
  public boolean exports(GuestFunction function) {
    return switch (guestInterface.kind()) {
      case REACTOR -> guestInterface.functions().contains(function);
      case COMMAND -> function == GuestFunction.EXECUTE;
    };
  }

  /** Whether it takes params and shared blobs. */
  public boolean isConfigurable() {
    return guestInterface.configures();
  }

  /** The memory it begins with. */
  public long memoryBytesMin() {
    return (long) rewritten.memoryPagesMin() * CallLimits.PAGE_BYTES;
  }

  /** The memory it may grow to by its own declaration, 4 GiB if it declares nothing. */
  public long memoryBytesMax() {
    return (long) rewritten.memoryPagesMax() * CallLimits.PAGE_BYTES;
  }

  /** Name and type of each export, in order. */
  public List<String> exports() {
    return rewritten.exports();
  }

  /** Name and type of each import, in order. */
  public List<String> imports() {
    return rewritten.imports();
  }

  /** What its author should know, a sentence each. */
  public List<String> warnings() {
    return Stream.concat(rewritten.warnings().stream(), program.warnings().stream()).toList();
  }

  /** What it takes of the limits that the profile sets to modules. */
  public List<Measure> measures() {
    return rewritten.measures();
  }

  /** What it holds of the process's memory, about. */
  long heldBytes() {
    return heldBytes;
  }

  /** The fuel that each call costs before anything runs. */
  public long beginningFuel() {
    return rewritten.beginningFuel();
  }

  GuestInterface guestInterface() {
    return guestInterface;
  }

  Program program() {
    return program;
  }
}
