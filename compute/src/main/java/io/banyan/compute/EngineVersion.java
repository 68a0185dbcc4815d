package io.banyan.compute;

import io.banyan.schema.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.internal.Shaded;

/** Holds the engine's compiler fast: {@link MachineClass} changes what just this one generates. */
final class EngineVersion {
  private EngineVersion() {}

  /** SHA-256 of the classes that say what is generated, in Endive 1.0.0, one after the other. */
  private static final String DIGEST =
      "d1c75cd555befc39fef2dd8fb40ed4d923ed7db1b930621d92f89ec8b2a9ecbd";

  private static final List<String> CLASSES =
      List.of(
          "Compiler", "CompilerUtil", "Context", "EmitterMap", "Emitters", "Shaded", "ShadedRefs");

  /** Fails if the engine's compiler is another one. */
  static void check() {
    if (!digest().equals(DIGEST)) {
      throw new IllegalStateException(
          "the engine's compiler is not that of Endive 1.0.0, which MachineClass was written for:"
              + " its classes have the digest "
              + digest());
    }
  }

  static String digest() {
    return Digest.sha256(CLASSES.stream().map(EngineVersion::file).toArray(byte[][]::new))
        .toString();
  }

  private static byte[] file(String name) {
    try (@Nullable InputStream file = Shaded.class.getResourceAsStream(name + ".class")) {
      if (file == null) {
        throw new IllegalStateException("the engine's class " + name + " is missing");
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the engine's class " + name + " cannot be read", e);
    }
  }
}
