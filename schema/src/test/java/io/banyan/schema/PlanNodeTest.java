package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PlanNodeTest {
  @Test
  void namesAreGolden() {
    assertEquals(new PlanNode.Cells(new Interval(17, 18)), PlanNode.parse("17"));
    assertEquals(new PlanNode.Cells(new Interval(16, 32)), PlanNode.parse("16-32"));
    assertEquals(new PlanNode.Part(List.of()), PlanNode.parse("/"));
    assertEquals(new PlanNode.Part(List.of(3, 0)), PlanNode.parse("/3/0/"));
    assertEquals(new PlanNode.Parts(List.of(), new Interval(0, 16)), PlanNode.parse("/0-16"));
    assertEquals(new PlanNode.Parts(List.of(3), new Interval(0, 16)), PlanNode.parse("/3/0-16"));
  }

  @Property
  void everyPlanNodeIsFoundByItsName(@ForAll("planNodes") PlanNode node) {
    assertEquals(node, PlanNode.parse(node.toString()));
  }

  @Provide
  Arbitrary<PlanNode> planNodes() {
    return SchemaArbitraries.planNodes();
  }

  @Test
  void otherWordsNameNothing() {
    for (String text :
        List.of(
            "",
            "-",
            "x",
            "017",
            "17-18",
            "32-16",
            "16-",
            "-16",
            "[16,32)",
            "3/0/",
            "//",
            "/3",
            "/3//0/",
            "/x/",
            "/03/",
            "/3/0-1",
            "1 ",
            "99999999",
            "123456789",
            "/4096/",
            "/0/0/0/0/0/0/0/0/0/")) {
      assertThrows(IllegalArgumentException.class, () -> PlanNode.parse(text), text);
    }
  }
}
