package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was finished below a manager that is lost is lent to just those who have it. */
class HeldElsewhereTest {
  private static final PeerId MANAGER = TestingManifests.peer(2);
  private static final PeerId CHILD = TestingManifests.peer(3);
  private static final PeerId OTHER = TestingManifests.peer(4);

  private final TestingNode node =
      new TestingNode(new Delegator.Settings(1, 0, Placement.FASTEST_FINISH, 1e9));
  private final TestingNode.Job job = job();
  private final SoloRun solo = new SoloRun(job.manifest, job.cuts, job.input, job.guest);
  private long lease;

  private static TestingNode.Job job() {
    byte[] input = "ab".repeat(2048).getBytes(StandardCharsets.US_ASCII);
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 1, BlobRef.of(input), 3_600_000, 1e9);
    return new TestingNode.Job(
        Digest.sha256(input), manifest, input, new TestingGuest.UpperCase(true));
  }

  /** The manager has the largest of all leases. */
  private List<PlanNode> lendToTheManager() {
    node.join(MANAGER, 1);
    node.submit(job);
    lease = node.lent.firstKey();
    node.lent.keySet().forEach(node::accept);
    node.lent.keySet().forEach(node::begin); // else others would be given it
    Interval lent = ((PlanNode.Cells) node.everLent.get(lease).node()).interval();
    assertEquals(256, lent.count());
    return lent.children().stream().<PlanNode>map(PlanNode.Cells::new).toList();
  }

  private Set<PlanNode> lentTo(PeerId peer) {
    Set<PlanNode> nodes = new HashSet<>();
    for (Map.Entry<Long, Loan> loan : node.everLent.entrySet()) {
      if (loan.getValue().peer().equals(peer)) {
        nodes.add(loan.getValue().node());
      }
    }
    return nodes;
  }

  /** Delivers what is lent to the child now, and then what it holds, and makes no call. */
  private void deliverHeld(List<PlanNode> held) {
    List<Long> before =
        node.lent.entrySet().stream()
            .filter(loan -> loan.getValue().peer().equals(CHILD))
            .map(Map.Entry::getKey)
            .toList();
    before.forEach(each -> node.deliver(each, solo)); // it has credit again
    boolean more = true;
    while (more) {
      List<Long> due =
          node.lent.entrySet().stream()
              .filter(loan -> held.contains(loan.getValue().node()))
              .map(Map.Entry::getKey)
              .toList();
      due.forEach(each -> node.deliver(each, solo));
      more = !due.isEmpty();
    }
  }

  private void finish() {
    while (job.end.isEmpty()) {
      node.nowNanos += 1_000_000;
      if (node.out.isEmpty()) {
        node.deliver(node.lent.firstKey(), solo);
      } else {
        node.answer(node.out.firstKey());
      }
    }
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertEquals(solo.root.orElseThrow().value(), end.value());
    assertEquals(job.receiptsInOrder(job.task.node()), end.lentReceipts());
  }

  @Test
  void justWhatAPeerHoldsIsLentToItWhenItsManagerIsLost() {
    List<PlanNode> held = lendToTheManager();
    node.join(CHILD, 1);
    node.hold(job.id, CHILD, held);
    assertTrue(lentTo(CHILD).stream().noneMatch(held::contains), "the manager is at it");

    node.leave(MANAGER);
    deliverHeld(held);

    assertTrue(lentTo(CHILD).containsAll(held), lentTo(CHILD).toString());
    held.forEach(each -> assertTrue(job.adopted.containsKey(each), each + " came by other means"));
    finish();
  }

  @Test
  void theOrderOfLossAndReportDoesNotMatter() {
    List<PlanNode> held = lendToTheManager();
    node.join(CHILD, 1);
    node.leave(MANAGER);

    node.hold(job.id, CHILD, held);
    deliverHeld(held);

    assertTrue(lentTo(CHILD).containsAll(held), lentTo(CHILD).toString());
    held.forEach(each -> assertTrue(job.adopted.containsKey(each), each + " came by other means"));
    finish();
  }

  /**
   * Children of a lost manager come one after the other, and the first is lent what others have.
   */
  @Test
  void whatAnotherPeerWasLentMeanwhileAndHasNotBegunIsTakenBack() {
    List<PlanNode> held = lendToTheManager();
    node.leave(MANAGER);
    node.join(OTHER, 64);
    node.lent.keySet().forEach(node::accept);
    assertTrue(
        lentTo(OTHER).stream().anyMatch(lent -> Known.isWithin(held.getFirst(), lent)),
        lentTo(OTHER).toString());

    node.join(CHILD, 1);
    node.hold(job.id, CHILD, held);
    deliverHeld(held);

    assertTrue(lentTo(CHILD).containsAll(held), lentTo(CHILD).toString());
    held.forEach(each -> assertTrue(job.adopted.containsKey(each), each + " came by other means"));
    finish();
  }

  @Test
  void whatAnotherPeerHasBegunStaysWithIt() {
    List<PlanNode> held = lendToTheManager();
    node.leave(MANAGER);
    node.join(OTHER, 64);
    node.lent.keySet().forEach(node::accept);
    node.lent.keySet().forEach(node::begin);

    node.join(CHILD, 1);
    node.hold(job.id, CHILD, held);

    assertFalse(lentTo(CHILD).contains(held.getFirst()), lentTo(CHILD).toString());
    finish();
  }

  @Test
  void whatOwnWorkersHaveOpenedIsLentBesideThem() {
    List<PlanNode> held = lendToTheManager();
    node.join(CHILD, 1);
    node.leave(MANAGER);
    while (node.active()
        .noneMatch(call -> Known.isWithin(node.out.get(call).node(), held.getFirst()))) {
      node.answer(node.out.firstKey());
    }

    node.hold(job.id, CHILD, held);
    deliverHeld(held);

    held.forEach(each -> assertTrue(job.adopted.containsKey(each), each + " came by other means"));
    finish();
  }

  @Test
  void onePeerIsBelievedSoManyPlanNodesAtATime() {
    List<PlanNode> held = lendToTheManager();
    node.join(CHILD, 1);
    List<PlanNode> cells = new ArrayList<>();
    for (int cell = 0; cell < TaskWalk.HOLDERS_OF_PEER_MAX; cell++) {
      cells.add(new PlanNode.Cells(new Interval(cell + 2048, cell + 2049)));
    }
    node.hold(job.id, CHILD, cells);

    node.hold(job.id, CHILD, held);
    node.leave(MANAGER);
    deliverHeld(held);

    assertTrue(lentTo(CHILD).stream().noneMatch(held::contains), lentTo(CHILD).toString());
    finish();
  }

  @Test
  void whatIsHeldByAPeerThatIsGoneIsComputed() {
    List<PlanNode> held = lendToTheManager();
    node.join(CHILD, 1);
    node.hold(job.id, CHILD, held);
    node.leave(MANAGER);

    node.leave(CHILD);

    finish();
  }

  @Test
  void whatIsNoPlanNodeOfTheTaskIsNoNews() {
    lendToTheManager();
    node.leave(MANAGER);
    node.join(CHILD, 1);

    node.hold(job.id, CHILD, List.of(PlanNode.parse("/3/"), PlanNode.parse("0-4096")));
    node.hold(job.id, CHILD, List.of(PlanNode.parse("3-77"), PlanNode.parse("9000")));
    node.hold(Digest.ZERO, CHILD, List.of(PlanNode.parse("3")));

    assertFalse(lentTo(CHILD).contains(PlanNode.parse("3-77")));
    finish();
  }
}
