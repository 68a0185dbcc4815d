package io.banyan.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.node.TestingNode;
import io.banyan.schema.Interval;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.TreeLine;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DelegationTreeTest {
  private static final PeerId ENTRY = peer(1);
  private static final PeerId MANAGER = peer(2);
  private static final PeerId WORKER = peer(3);

  private static PeerId peer(int number) {
    return TestingNode.identity(number).publicKey().peerId();
  }

  private static TreeLine line(int from, int to, PeerId peer, Optional<PeerId> lender, int depth) {
    return new TreeLine(
        new PlanNode.Cells(new Interval(from, to)),
        peer,
        lender,
        depth,
        depth == 2 ? TreeLine.State.LOST : TreeLine.State.RUNNING,
        depth,
        (to - from) % 32,
        0.5 + depth);
  }

  private static final List<TreeLine> LINES =
      List.of(
          line(0, 64, ENTRY, Optional.empty(), 0),
          line(0, 16, MANAGER, Optional.of(ENTRY), 1),
          line(3, 4, WORKER, Optional.of(MANAGER), 2),
          line(16, 32, MANAGER, Optional.of(ENTRY), 1),
          line(20, 21, WORKER, Optional.of(MANAGER), 2));

  @Test
  void childrenStandBelowAndFurtherInThanTheirLender() {
    String entry = DelegationTree.shortName(ENTRY);
    String manager = DelegationTree.shortName(MANAGER);
    String worker = DelegationTree.shortName(WORKER);

    assertEquals(
        List.of(
            "0-64     " + entry + "  running     ran 0 of ? leaves  depth 0  500 ms",
            "  0-16   " + manager + "  running     ran 1 of 16 leaves  depth 1  1.50 s",
            "    3    " + worker + "  taken back  ran 2 of 1 leaves  depth 2  2.50 s",
            "  16-32  " + manager + "  running     ran 1 of 16 leaves  depth 1  1.50 s",
            "    20   " + worker + "  taken back  ran 2 of 1 leaves  depth 2  2.50 s"),
        DelegationTree.of(LINES).text());
  }

  @Test
  void jsonIsNestedAsTheLeasesAre() {
    JsonArray roots = DelegationTree.of(LINES).json();

    assertEquals(1, roots.size());
    JsonArray managers = roots.get(0).getAsJsonObject().getAsJsonArray("children");
    assertEquals(2, managers.size());
    JsonObject second = managers.get(1).getAsJsonObject();
    assertEquals("16-32", second.get("node").getAsString());
    assertEquals(ENTRY.toString(), second.get("lender").getAsString());
    assertEquals(
        "20", second.getAsJsonArray("children").get(0).getAsJsonObject().get("node").getAsString());
  }

  @Test
  void partsOfASplitStandBelowThePartTheyAreOf() {
    TreeLine root =
        new TreeLine(
            new PlanNode.Part(List.of()),
            ENTRY,
            Optional.empty(),
            0,
            TreeLine.State.RUNNING,
            0,
            0,
            0);
    TreeLine part =
        new TreeLine(
            new PlanNode.Part(List.of(3, 1)),
            WORKER,
            Optional.of(ENTRY),
            1,
            TreeLine.State.FINISHED,
            1,
            1,
            1);

    assertEquals(
        List.of("/", "  /3/1/"),
        DelegationTree.of(List.of(root, part)).text().stream()
            .map(text -> text.substring(0, 8).stripTrailing())
            .toList());
  }

  @Test
  void lineWhoseLenderIsUnknownStandsUnderTheFirst() {
    TreeLine stray = line(5, 6, WORKER, Optional.of(peer(8)), 2);

    JsonArray roots = DelegationTree.of(List.of(LINES.getFirst(), stray)).json();

    assertEquals(1, roots.size());
    assertEquals(1, roots.get(0).getAsJsonObject().getAsJsonArray("children").size());
  }

  @Test
  void nothingIsNothing() {
    assertEquals(List.of(), DelegationTree.of(List.of()).text());
    assertEquals(0, DelegationTree.of(List.of()).json().size());
  }
}
