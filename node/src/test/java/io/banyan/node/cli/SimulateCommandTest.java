package io.banyan.node.cli;

import static io.banyan.node.cli.TestingConsole.banyan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.banyan.node.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  @TempDir private Path folder;

  private static JsonObject first(TestingConsole.Ran ran) {
    return JsonParser.parseString(ran.text()).getAsJsonArray().get(0).getAsJsonObject();
  }

  @Test
  void aSeedComesToTheSameNetworkAndTheSameJob() {
    String options = "simulate --nodes 20 --leaves 400 --fan-out 4 --seed 3 --json";

    JsonObject one = first(banyan(options));
    JsonObject other = first(banyan(options));

    assertTrue(one.get("right").getAsBoolean(), one.toString());
    assertEquals(2, one.get("depth").getAsInt());
    assertTrue(one.get("ratio").getAsDouble() >= 1, one.toString());
    assertEquals(one.get("events"), other.get("events"));
    assertEquals(one.get("makespanSeconds"), other.get("makespanSeconds"));
  }

  @Test
  void aPictureHasAPointForEachNetwork() throws IOException {
    Path picture = folder.resolve("picture.svg");

    TestingConsole.Ran ran =
        banyan("simulate --nodes 8,16 --leaves 200 --fan-out 3 --star --svg", picture);

    ran.succeeds();
    String svg = Files.readString(picture);
    assertEquals(4, svg.split("<circle", -1).length - 1, svg); // two trees in two charts
    assertTrue(svg.endsWith("</svg>\n"), svg);
  }

  @Test
  void smallNetworksWithFaultsComeToNoFindings() {
    TestingConsole.Ran ran = banyan("simulate --faults 5 --seed 40");

    ran.succeeds();
    assertEquals("5 small networks from seed 40 on: 0 findings\n", ran.text());
  }

  @Test
  void whatCannotBeSimulatedIsRefusedByValue() {
    assertEquals(
        "simulate: 0 nodes, must be 1 to 100000",
        banyan("simulate --nodes 0").failsWith(ExitCode.USAGE.number()));
  }
}
