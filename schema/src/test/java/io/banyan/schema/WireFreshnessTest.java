package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WireFreshnessTest {
  /** As scripts/regenerate-wire.sh names them, relative to the module. */
  private static final List<String> FILES =
      List.of("banyan.capnp", "src/main/java/io/banyan/schema/wire/BanyanWire.java");

  @Test
  void theGeneratedCodeBelongsToTheSchema() throws IOException {
    StringBuilder actual = new StringBuilder();
    for (String file : FILES) {
      Digest digest = Digest.sha256(Files.readAllBytes(Path.of(file)));
      actual.append(digest).append("  ").append(file).append('\n');
    }

    assertEquals(
        Files.readString(Path.of("GENERATED.sha256")),
        actual.toString(),
        "schema or generated code was changed alone: run scripts/regenerate-wire.sh");
  }
}
