package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.node.Quantities;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.TreeLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The lines of a delegation tree, each under the one that it was lent from. What does not fit under
 * any is shown as if the entry node had lent it.
 */
final class DelegationTree {
  private final TreeLine line;
  private final List<DelegationTree> children = new ArrayList<>();

  private DelegationTree(TreeLine line) {
    this.line = line;
  }

  /** The trees that {@code lines} tell, in their order: one, unless the lines are not sound. */
  static Forest of(List<TreeLine> lines) {
    List<DelegationTree> all = new ArrayList<>();
    List<DelegationTree> roots = new ArrayList<>();
    for (TreeLine line : lines) {
      DelegationTree tree = new DelegationTree(line);
      parent(all, line).map(above -> above.children).orElse(roots).add(tree);
      all.add(tree);
    }
    return new Forest(roots);
  }

  /** The last one before it that its lender held, and that it is a part of. */
  private static Optional<DelegationTree> parent(List<DelegationTree> before, TreeLine line) {
    return before.reversed().stream()
        .filter(above -> above.line.depth() == line.depth() - 1)
        .filter(above -> line.lender().filter(above.line.peer()::equals).isPresent())
        .filter(above -> holds(above.line.node(), line.node()))
        .findFirst()
        .or(() -> before.stream().limit(line.depth() == 0 ? 0 : 1).findFirst());
  }

  private static boolean holds(PlanNode above, PlanNode below) {
    return switch (above) {
      case PlanNode.Cells(var all) when below instanceof PlanNode.Cells(var part) ->
          all.from() <= part.from() && part.to() <= all.to();
      case PlanNode.Part(var path) when below instanceof PlanNode.Part(var longer) ->
          longer.size() >= path.size() && longer.subList(0, path.size()).equals(path);
      case PlanNode.Cells _, PlanNode.Part _, PlanNode.Parts _ -> false;
    };
  }

  /** What there is to show. */
  record Forest(List<DelegationTree> roots) {
    /** One line for each lease: plan node, peer, state, leaves, depth, time; children indented. */
    List<String> text() {
      List<String> lines = new ArrayList<>();
      int width = roots.stream().mapToInt(DelegationTree::width).max().orElse(0);
      roots.forEach(root -> root.write(lines, width));
      return lines;
    }

    JsonArray json() {
      JsonArray array = new JsonArray();
      roots.forEach(root -> array.add(root.json()));
      return array;
    }
  }

  private String name() {
    return "  ".repeat(line.depth()) + line.node();
  }

  private int width() {
    return Math.max(
        name().length(), children.stream().mapToInt(DelegationTree::width).max().orElse(0));
  }

  private void write(List<String> lines, int width) {
    lines.add(
        String.format(
            Locale.ROOT,
            "%-" + Math.max(1, width) + "s  %s  %-10s  ran %d of %s leaves  depth %d%s%s%s%s",
            name(),
            shortName(line.peer()),
            words(line.state()),
            line.leaves(),
            line.leavesBelow() == 0 ? "?" : Long.toString(line.leavesBelow()),
            line.depth(),
            line.seconds() == 0 ? "" : "  " + Quantities.seconds(line.seconds()),
            line.fuel() == 0 ? "" : "  " + Quantities.fuel(line.fuel()) + " fuel",
            line.attempt() == 0 ? "" : "  retry " + line.attempt(),
            line.failure().map(why -> "  " + why).orElse("")));
    children.forEach(child -> child.write(lines, width));
  }

  static String words(TreeLine.State state) {
    return switch (state) {
      case RUNNING -> "running";
      case FINISHED -> "finished";
      case FAILED -> "failed";
      case LOST -> "taken back";
    };
  }

  /** All ids of Ed25519 keys begin alike; the end of one is what people tell them apart by. */
  static String shortName(PeerId peer) {
    String id = peer.toString();
    return id.substring(0, 4) + "…" + id.substring(id.length() - 8);
  }

  private JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("node", line.node().toString());
    json.addProperty("peer", line.peer().toString());
    line.lender().ifPresent(lender -> json.addProperty("lender", lender.toString()));
    json.addProperty("depth", line.depth());
    json.addProperty("state", line.state().name());
    json.addProperty("leaves", line.leaves());
    json.addProperty("leavesBelow", line.leavesBelow());
    json.addProperty("seconds", line.seconds());
    json.addProperty("fuel", line.fuel());
    json.addProperty("attempt", line.attempt());
    line.failure().ifPresent(why -> json.addProperty("failure", why));
    JsonArray below = new JsonArray();
    children.forEach(child -> below.add(child.json()));
    json.add("children", below);
    return json;
  }
}
