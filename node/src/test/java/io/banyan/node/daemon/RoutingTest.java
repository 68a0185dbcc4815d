package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.Admission;
import io.banyan.node.JobDraft;
import io.banyan.node.TestingGuest;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.PeerId;
import io.banyan.schema.Priority;
import io.banyan.schema.Refused;
import io.banyan.schema.Routing;
import io.banyan.trust.Attribution;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work goes where its submitter says, and nowhere else. */
class RoutingTest {
  private static final byte[] GUEST =
      TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();

  @TempDir private static Path folder;
  private static TestingNetwork network;

  @BeforeAll
  static void start() throws Exception {
    network = new TestingNetwork(folder, 2);
    network.start(List.of("gpu", "zone=a"));
    network.join(2, 0);
    network.join(2, 1);
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  private static JobDraft draft(Routing routing) throws Exception {
    byte[] input = "x".repeat(2000).getBytes(StandardCharsets.US_ASCII);
    return network.heavy(network.runs().draft(GUEST, input, "bytes", 20), routing);
  }

  private static Routing labels(String... labels) {
    return new Routing(Priority.NORMAL, List.of(), List.of(labels), false);
  }

  private static Routing only(PeerId... peers) {
    return new Routing(Priority.NORMAL, List.of(peers), List.of(), false);
  }

  private static Set<PeerId> signers(Routing routing) throws Exception {
    TestingNetwork.Done done = network.run(draft(routing));
    network.untilIdle();
    return done.attribution().shares().stream()
        .map(Attribution.Share::peer)
        .collect(Collectors.toSet());
  }

  @Test
  void aJobWithLabelsGoesToNodesThatHaveThem() throws Exception {
    assertEquals(Set.of(network.node(0).id(), network.node(2).id()), signers(labels("gpu")));
  }

  @Test
  void aJobForOneNodeGoesToThatNode() throws Exception {
    PeerId other = network.node(1).id();

    assertEquals(Set.of(network.node(0).id(), other), signers(only(other)));
  }

  @Test
  void aJobThatNobodyMayHaveIsRunAtHomeAndSaysWhy() throws Exception {
    JobDraft draft = draft(labels("gpu", "quantum"));
    var job = network.submit(draft);

    assertEquals(0, network.done(job).attribution().depth());
    assertTrue(
        network.client().explain(job).stream()
            .anyMatch(line -> line.reason().startsWith("no peer is one that the job may go to")));
  }

  @Test
  void whoIsOfferedWhatIsNotForItRefuses() throws Exception {
    PeerId self = network.node(2).id();
    CapabilityReport capacity = network.client().capacity();

    Optional<Refused> strange = Admission.refusal(draft(labels("gpu")).manifest(), capacity, self);
    Optional<Refused> others =
        Admission.refusal(draft(only(network.node(1).id())).manifest(), capacity, self);
    Optional<Refused> ours = Admission.refusal(draft(only(self)).manifest(), capacity, self);

    assertEquals(Refused.Code.NOT_ALLOWED, strange.orElseThrow().code());
    assertEquals(
        "the job wants nodes that call themselves gpu, this one does not (--labels)",
        strange.get().sentence());
    assertEquals(
        self + " is not among the nodes that the job may go to (--only-peers)",
        others.orElseThrow().sentence());
    assertEquals(Optional.empty(), ours);
  }
}
