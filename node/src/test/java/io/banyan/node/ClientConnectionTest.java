package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.data.TestingHosts;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.SplitRule;
import io.banyan.trust.Identity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user's connection does when the network does not hold. */
class ClientConnectionTest {
  private static final byte[] INPUT = "a\nbc\n".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
  private static final Identity NODE = TestingRun.identity(9);
  private static final Identity USER = TestingRun.identity(1);

  private final TestingHosts hosts = new TestingHosts();
  private final List<Long> pauses = new ArrayList<>();

  @TempDir private Path folder;
  private TestingNode node;

  @BeforeEach
  void start() throws Exception {
    node =
        new TestingNode(
            hosts, NODE, USER.publicKey(), Allow.only(USER.publicKey()), folder.resolve("node"));
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
    hosts.close();
  }

  private ClientConnection open(ClientConnection.Pause pause) throws Exception {
    return ClientConnection.open(
        user -> hosts.host(user.publicKey().peerId()), USER, node.address(), pause);
  }

  private void together(long millis) {
    pauses.add(millis);
    if (pauses.size() == 3) {
      hosts.bringTogether(USER.publicKey().peerId(), NODE.publicKey().peerId());
    }
  }

  private void apart() {
    hosts.separate(USER.publicKey().peerId(), NODE.publicKey().peerId());
  }

  private PreparedJob job() throws Exception {
    Path module =
        Files.write(folder.resolve("module.wasm"), TestingGuest.of(TestingGuest.ECHO).bytes());
    return JobDraft.read(
            new JobRequest(
                module,
                Optional.of(InputFile.open(Files.write(folder.resolve("input"), INPUT))),
                Optional.of(new SplitRule.ByLines()),
                OptionalInt.of(100_000),
                Optional.empty(),
                List.of(),
                TestingRun.LIMITS,
                TestingRun.PATIENT_MILLIS),
            NODE.publicKey(),
            TestingRun.SANDBOX,
            _ -> {})
        .sign(USER);
  }

  private byte[] module() throws Exception {
    return Files.readAllBytes(folder.resolve("module.wasm"));
  }

  @Test
  void uploadTellsHowManyBytesWent() throws Exception {
    PreparedJob job = job();
    AtomicLong sent = new AtomicLong();
    try (ClientConnection connection = open(this::together)) {
      assertEquals(job.id(), connection.submit(job, module(), sent::set).job());

      assertTrue(sent.get() >= job.draft().bytesToSend(), sent.toString());
      ClientConnection.Ended ended = connection.await(job.id(), 300_000, _ -> {}).orElseThrow();
      assertEquals(JobState.COMPLETE, ended.status().state());
      FetchedAnswer answer =
          FetchedAnswer.fetch(
              connection.blobs(), connection.node(), ended.result().orElseThrow(), folder);
      assertArrayEquals(INPUT, Files.readAllBytes(answer.output()));
    }
  }

  @Test
  void connectionLostWhileItWaitsIsDialedAgain() throws Exception {
    PreparedJob job = job();
    node.driver.holding = true;
    try (ClientConnection connection = open(this::together)) {
      connection.submit(job, module(), _ -> {});
      apart();

      ClientConnection.Ended ended =
          connection
              .await(
                  job.id(),
                  300_000,
                  _ -> {
                    TestingDriver.Begun begun = node.driver.begun.poll();
                    if (begun != null) {
                      node.driver.complete(begun);
                    }
                  })
              .orElseThrow();

      assertTrue(ended.result().isPresent());
      assertEquals(List.of(500L, 1_000L, 2_000L), pauses);
    }
  }

  @Test
  void nodeThatDoesNotComeBackIsGivenUpAfterAMinute() throws Exception {
    node.driver.holding = true;
    PreparedJob job = job();
    try (ClientConnection connection = open(pauses::add)) {
      connection.submit(job, module(), _ -> {});
      apart();

      CommandException lost =
          assertThrows(CommandException.class, () -> connection.await(job.id(), 300_000, _ -> {}));

      assertEquals(ExitCode.NOT_CONNECTED, lost.code());
      assertTrue(lost.getMessage().contains("dialing it 10 times did not help"));
      assertEquals(10, pauses.size());
      assertEquals(65_500, pauses.stream().mapToLong(Long::longValue).sum());
    }
  }

  @Test
  void uploadThatBreaksOffIsTakenUpAgain() throws Exception {
    PreparedJob job = job();
    node.driver.holding = true;
    hosts.cutAfter(USER.publicKey().peerId(), NODE.publicKey().peerId(), 150_000);
    try (ClientConnection connection = open(_ -> {})) {
      connection.submit(job, module(), _ -> {});

      TestingDriver.Begun begun = node.driver.begun.take();
      assertArrayEquals(INPUT, Files.readAllBytes(begun.folder().input()));
    }
  }

  @Test
  void downloadThatBreaksOffIsTakenUpAgain() throws Exception {
    PreparedJob job = job();
    try (ClientConnection connection = open(_ -> {})) {
      connection.submit(job, module(), _ -> {});
      ClientConnection.Ended ended = connection.await(job.id(), 300_000, _ -> {}).orElseThrow();
      hosts.cutAfter(NODE.publicKey().peerId(), USER.publicKey().peerId(), 100_000);

      FetchedAnswer answer =
          FetchedAnswer.fetch(
              connection.blobs(), connection.node(), ended.result().orElseThrow(), folder);

      assertArrayEquals(INPUT, Files.readAllBytes(answer.output()));
      AnswerCheck.check(job.id(), answer.receipt(), answer.output());
    }
  }

  @Test
  void questionOnALostConnectionIsASentence() throws Exception {
    try (ClientConnection connection = open(_ -> {})) {
      apart();

      CommandException lost = assertThrows(CommandException.class, connection::capacity);

      assertEquals(ExitCode.NOT_CONNECTED, lost.code());
      assertTrue(
          lost.getMessage().startsWith("the connection to " + NODE.publicKey() + " was lost"),
          lost.getMessage());
    }
  }

  @Test
  void jobGoesOnWithoutItsSubmitter() throws Exception {
    PreparedJob job = job();
    node.driver.holding = true;
    try (ClientConnection connection = open(_ -> {})) {
      connection.submit(job, module(), _ -> {});
    }
    node.driver.complete(node.driver.begun.take());

    try (ClientConnection later = open(_ -> {})) {
      JobId id = job.id();
      assertTrue(later.await(id, 0, _ -> {}).orElseThrow().result().isPresent());
      assertEquals(1, later.jobs().size());
    }
  }
}
