package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.p2p.HostSettings;
import io.banyan.p2p.Hosts;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobState;
import io.banyan.schema.TreeLine;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Nodes that run as processes, and this process as their user, connected to one of them. */
final class BenchNetwork implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 300_000; // 5 min

  private final Identity user;
  private final Sandbox sandbox;
  private final Path scratch;
  private final ClientConnection connection;
  private final List<ProcessHandle> processes;

  /**
   * A job's turn.
   *
   * @param acceptedNanos from handing it in until it was accepted: fetched, and on the disk
   * @param endedNanos from then until its end was known here
   * @param fetchedNanos from then until its answer and its receipt were here
   * @param cpuNanos that all nodes have spent meanwhile
   * @param ranLeaves how many nodes ran leaves
   * @param leases that were lent
   * @param leasesLost of them, those that nothing came of
   * @param decisions what the entry node decided, in order
   */
  record Turn(
      long acceptedNanos,
      long endedNanos,
      long fetchedNanos,
      long cpuNanos,
      JobResult.Answer answer,
      int ranLeaves,
      int leases,
      int leasesLost,
      List<DecisionLine> decisions) {
    long nanos() {
      return acceptedNanos + endedNanos + fetchedNanos;
    }
  }

  /**
   * Connects to the entry node.
   *
   * @param pids of all nodes, with commas between them
   */
  BenchNetwork(Identity user, Sandbox sandbox, Path scratch, String address, String pids)
      throws CommandException, InterruptedException {
    this.user = user;
    this.sandbox = sandbox;
    this.scratch = scratch;
    this.connection =
        ClientConnection.open(
            key -> Hosts.open(HostSettings.of(key, Optional.empty(), "banyan/bench")),
            user,
            Multiaddr.parse(address),
            ClientConnection.Pause.SLEEP);
    this.processes =
        Arrays.stream(pids.split(","))
            .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
            .toList();
  }

  /** Hands {@code job} in, and waits for its answer. */
  Turn run(BenchJob job) throws IOException, CommandException, InterruptedException {
    try (BenchJob.Ready ready = job.ready(connection.node().key(), sandbox, user)) {
      long cpuNanos = cpuNanos();
      long begin = System.nanoTime();
      connection.submit(ready.job(), ready.wasm(), _ -> {});
      long accepted = System.nanoTime();
      ClientConnection.Ended ended =
          connection.await(ready.job().id(), PATIENCE_MILLIS, _ -> {}).orElseThrow();
      long over = System.nanoTime();
      if (ended.status().state() != JobState.COMPLETE) {
        throw new IllegalStateException(job.name() + " ended so: " + ended.status());
      }
      JobResult result = ended.result().orElseThrow();
      FetchedAnswer.fetch(connection.blobs(), connection.node(), result, scratch);
      long fetched = System.nanoTime();
      long spentNanos = cpuNanos() - cpuNanos;
      List<TreeLine> tree = connection.tree(ready.job().id());
      return new Turn(
          accepted - begin,
          over - accepted,
          fetched - over,
          spentNanos,
          result.answer(),
          count(tree.stream().filter(line -> line.leaves() > 0).map(TreeLine::peer).distinct()),
          count(tree.stream().filter(line -> line.depth() > 0)),
          count(tree.stream().filter(line -> line.failure().isPresent())),
          connection.explain(ready.job().id()));
    }
  }

  private static int count(Stream<?> some) {
    return Math.toIntExact(some.count());
  }

  private long cpuNanos() {
    return processes.stream()
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .mapToLong(Duration::toNanos)
        .sum();
  }

  @Override
  public void close() {
    connection.close();
  }
}
