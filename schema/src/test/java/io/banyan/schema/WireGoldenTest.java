package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Holds the bytes of all {@link Examples} against those that were recorded once, in {@code
 * wire-golden.txt}: a line is a name, a space, the message in hex. Lines are added for new kinds,
 * by {@code -Dbanyan.golden.write=true}; a line that changes is another wire format.
 */
final class WireGoldenTest {
  private static final String GOLDEN = "wire-golden.txt";

  @Test
  void everyExampleHasItsGoldenBytes() throws IOException {
    Map<String, String> actual = new TreeMap<>();
    WireValues.examples()
        .forEach((name, example) -> actual.put(name, HexFormat.of().formatHex(example.bytes())));
    if (Boolean.getBoolean("banyan.golden.write")) {
      write(actual);
    }

    assertEquals(lines(golden()), lines(actual));
  }

  @Test
  void everyGoldenMessageIsItsExample() throws IOException, MalformedMessageException {
    Map<String, WireValues.Encoded> examples = WireValues.examples();

    for (Map.Entry<String, String> golden : golden().entrySet()) {
      WireValues.Encoded example = examples.get(golden.getKey());
      byte[] bytes = HexFormat.of().parseHex(golden.getValue());
      WireValues.Encoded recorded =
          new WireValues.Encoded(example.value(), bytes, example.decoder());

      assertEquals(example.value(), recorded.decoded(), golden.getKey());
    }
  }

  private static String lines(Map<String, String> golden) {
    StringBuilder lines = new StringBuilder();
    golden.forEach((name, hex) -> lines.append(name).append(' ').append(hex).append('\n'));
    return lines.toString();
  }

  private static Map<String, String> golden() throws IOException {
    Map<String, String> golden = new TreeMap<>();
    for (String line : resource()) {
      String[] nameAndHex = line.split(" ", 2);
      golden.put(nameAndHex[0], nameAndHex[1]);
    }
    return golden;
  }

  private static List<String> resource() throws IOException {
    try (InputStream in = WireGoldenTest.class.getResourceAsStream(GOLDEN)) {
      assertNotNull(in, GOLDEN + " is missing");
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
  }

  private static void write(Map<String, String> golden) throws IOException {
    Path folder = Path.of("src/test/resources/io/banyan/schema");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(GOLDEN), lines(golden));
    Path copied = Path.of("target/test-classes/io/banyan/schema");
    Files.createDirectories(copied);
    Files.writeString(copied.resolve(GOLDEN), lines(golden));
  }
}
