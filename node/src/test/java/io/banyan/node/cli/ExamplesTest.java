package io.banyan.node.cli;

import static io.banyan.node.cli.TestingConsole.banyan;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example is a job that anyone can run, and comes to what its folder says. */
class ExamplesTest {
  private static final int EXAMPLES_MIN = 10;

  @TempDir private Path folder;

  /** A job as an example's properties have it. */
  private record Example(Path folder, Properties properties) {
    Path file(String property) {
      return folder.resolve(properties.getProperty(property)).normalize();
    }

    /** The options whose value is a file, if the example has them. */
    List<Object> files(String... names) {
      List<Object> options = new ArrayList<>();
      for (String name : names) {
        if (properties.containsKey(name)) {
          options.add("--" + name);
          options.add(file(name));
        }
      }
      return options;
    }

    Object[] check() {
      List<Object> args = new ArrayList<>(List.of("check", file("module"), "--json --time 400ms"));
      args.addAll(files("input", "params", "shared"));
      addCuts(args);
      return args.toArray();
    }

    Object[] run(Object... more) {
      List<Object> args = new ArrayList<>(List.of("run"));
      args.addAll(files("module", "input", "params", "shared"));
      addCuts(args);
      args.addAll(List.of(more));
      return args.toArray();
    }

    private void addCuts(List<Object> args) {
      args.add("--split " + properties.getProperty("split"));
      if (properties.containsKey("chunk")) {
        args.add("--chunk " + properties.getProperty("chunk"));
      }
    }

    Object[] verify(Path receipt, Object... more) {
      List<Object> args = new ArrayList<>(List.of("verify", receipt));
      args.addAll(files("module", "input", "shared"));
      args.addAll(List.of(more));
      return args.toArray();
    }

    @Override
    public String toString() {
      return folder.getFileName().toString();
    }
  }

  private static List<Example> examples() throws IOException {
    Path above = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(above.resolve("examples"))) {
      above = above.getParent();
    }
    List<Example> examples = new ArrayList<>();
    try (Stream<Path> folders = Files.list(above.resolve("examples"))) {
      for (Path folder : folders.sorted().toList()) {
        if (Files.exists(folder.resolve("example.properties"))) {
          Properties properties = new Properties();
          try (Reader reader = Files.newBufferedReader(folder.resolve("example.properties"))) {
            properties.load(reader);
          }
          examples.add(new Example(folder, properties));
        }
      }
    }
    return examples;
  }

  @Test
  void thereAreTenExamples() throws IOException {
    assertTrue(examples().size() >= EXAMPLES_MIN, () -> "too few examples to mean anything");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void exampleComesToWhatItsFolderSaysWhateverTheNumberOfWorkers(Example example)
      throws IOException {
    byte[] expected = Files.readAllBytes(example.file("expected"));
    Path key = TestingConsole.keyIn(folder);
    List<JsonObject> hashes = new ArrayList<>();

    for (int workers : new int[] {1, 2, 5}) {
      Path output = folder.resolve("output-" + workers);
      Path receipt = folder.resolve("receipt-" + workers);
      JsonObject summary =
          banyan(
                  example.run(
                      ("--json --workers " + workers + " --output"),
                      output,
                      "--receipt",
                      receipt,
                      "--key",
                      key))
              .json();
      assertArrayEquals(expected, Files.readAllBytes(output), "answer of " + workers + " workers");
      assertTrue(summary.get("leaves").getAsLong() > 1, "an example that is not cut shows nothing");
      hashes.add(summary.getAsJsonObject("hashes"));
    }

    assertEquals(4, hashes.getFirst().size());
    assertEquals(hashes.get(0), hashes.get(1));
    assertEquals(hashes.get(0), hashes.get(2));
    JsonObject verified =
        banyan(
                example.verify(
                    folder.resolve("receipt-5"),
                    "--output",
                    folder.resolve("output-1"),
                    "--replay 3 --json"))
            .json();
    assertEquals(hashes.getFirst(), verified.getAsJsonObject("hashes"));
    assertTrue(verified.getAsJsonArray("replayed").size() >= 3);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void mergesOfAnExampleComeToTheSameHoweverTheyAreGrouped(Example example) {
    JsonObject checked = banyan(example.check()).json();

    JsonObject sample = checked.getAsJsonObject("sample");
    assertEquals(0, sample.getAsJsonArray("troubles").size(), sample::toString);
    boolean merges = checked.getAsJsonArray("exports").toString().contains("merge");
    assertEquals(merges ? 3 : 0, sample.getAsJsonArray("groupings").size(), sample::toString);
  }
}
