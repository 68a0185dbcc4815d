package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import java.util.List;

/** A compiled module. It stays usable after the sandbox has forgotten it. Safe for any thread. */
public final class GuestModule {
  private final Digest digest;
  private final Inspection inspection;
  private final Program program;

  GuestModule(Digest digest, Inspection inspection, Program program) {
    this.digest = digest;
    this.inspection = inspection.withoutBytes();
    this.program = program;
  }

  /** SHA-256 of the bytes it was loaded from. */
  public Digest digest() {
    return digest;
  }

  public ModuleKind kind() {
    return inspection.kind();
  }

  /** Whether a call may name {@code function}; a command executes and does nothing else. */
  public boolean exports(GuestFunction function) {
    return switch (inspection.kind()) {
      case REACTOR -> inspection.functions().contains(function);
      case COMMAND -> function == GuestFunction.EXECUTE;
    };
  }

  /** Whether it takes params and shared blobs. */
  public boolean isConfigurable() {
    return inspection.configures();
  }

  /** The memory it begins with. */
  public long memoryBytesMin() {
    return (long) inspection.memoryPagesMin() * CallLimits.PAGE_BYTES;
  }

  /** The memory it may grow to by its own declaration, 4 GiB if it declares nothing. */
  public long memoryBytesMax() {
    return (long) inspection.memoryPagesMax() * CallLimits.PAGE_BYTES;
  }

  /** Name and type of each export, in order. */
  public List<String> exports() {
    return inspection.exports();
  }

  /** Name and type of each import, in order. */
  public List<String> imports() {
    return inspection.imports();
  }

  /** What its author should know, a sentence each. */
  public List<String> warnings() {
    return inspection.warnings();
  }

  Inspection inspection() {
    return inspection;
  }

  Program program() {
    return program;
  }
}
