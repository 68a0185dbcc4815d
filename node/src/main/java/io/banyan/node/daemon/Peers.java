package io.banyan.node.daemon;

import io.banyan.delegation.Delegator;
import io.banyan.node.Driver;
import io.banyan.node.Version;
import io.banyan.p2p.Host;
import io.banyan.p2p.PeerConnection;
import io.banyan.schema.CallLimits;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.Limits;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.Profile;
import io.banyan.schema.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * What this node says of itself, and what it knows of its peers.
 *
 * <p>Safe for any thread.
 */
final class Peers {
  private static final int PROTOCOL_VERSION = 1;

  /** A heartbeat comes every second; ten times as often is more than the driver is told. */
  private static final long HEARD_NANOS_MIN = 100_000_000; // 100 ms

  private final Host host;
  private final int workers;
  private final long memoryBytes;
  private final CallLimits callMost;
  private final Driver driver;
  private final ToIntFunction<PeerId> leasesOut;
  private final Map<PeerId, CapabilityReport> reports = new ConcurrentHashMap<>();
  private final Map<PeerId, Integer> free = new ConcurrentHashMap<>();
  private final Map<PeerId, Long> heardNanos = new ConcurrentHashMap<>(); // the last that counted

  /**
   * Knows no peers yet.
   *
   * @param memoryBytes for all guests together
   * @param callMost what a call of any job may use here
   * @param driver knows how fast work is done, and how much of it there is
   * @param leasesOut how many leases a peer holds of this node's
   */
  Peers(
      Host host,
      int workers,
      long memoryBytes,
      CallLimits callMost,
      Driver driver,
      ToIntFunction<PeerId> leasesOut) {
    this.host = host;
    this.workers = workers;
    this.memoryBytes = memoryBytes;
    this.callMost = callMost;
    this.driver = driver;
    this.leasesOut = leasesOut;
  }

  /** This node, now. */
  CapabilityReport own() {
    long pages = memoryBytes / CallLimits.PAGE_BYTES;
    CallLimits most =
        new CallLimits(
            callMost.fuel(),
            Math.min(pages * CallLimits.PAGE_BYTES, callMost.memoryBytesMax()),
            callMost.depthBytesMax(),
            callMost.outputBytesMax(),
            callMost.wallMillis());
    return new CapabilityReport(
        "banyan/" + Version.PRODUCT,
        PROTOCOL_VERSION,
        List.of(Profile.ONE),
        workers,
        Math.clamp(driver.idleWorkers(), 0, workers),
        driver.fuelPerSecond(),
        memoryBytes,
        0,
        List.of(),
        new CapabilityReport.JobLimits(most, Long.MAX_VALUE, Limits.CELLS_MAX),
        true);
  }

  void reported(PeerId peer, CapabilityReport report) {
    reports.put(peer, report);
    free.put(peer, report.freeWorkers());
  }

  /** Whether enough time has passed since {@code peer} was heard last. */
  boolean heard(PeerId peer, int freeNow) {
    free.put(peer, freeNow);
    long now = System.nanoTime();
    Long last = heardNanos.get(peer);
    if (last != null && now - last < HEARD_NANOS_MIN) {
      return false;
    }
    heardNanos.put(peer, now);
    return true;
  }

  void left(PeerId peer) {
    reports.remove(peer);
    free.remove(peer);
    heardNanos.remove(peer);
  }

  /** The nodes that this one is connected to. */
  List<PeerSummary> summaries() {
    List<PeerSummary> summaries = new ArrayList<>();
    Map<PeerId, Long> speeds = speeds();
    for (PeerConnection connection : host.connections()) {
      PeerId peer = connection.peer();
      CapabilityReport report = reports.get(peer);
      if (report != null) {
        summaries.add(
            new PeerSummary(
                peer,
                Optional.of(connection.address().toString()),
                true,
                Standing.NEW,
                report.agentVersion(),
                connection.roundTrip().map(time -> time.toNanos() / 1000).orElse(0L),
                speeds.getOrDefault(peer, 0L),
                free.getOrDefault(peer, 0),
                leasesOut.applyAsInt(peer)));
      }
    }
    return summaries;
  }

  /** Fuel a second of each, as it was measured here on what they have delivered. */
  private Map<PeerId, Long> speeds() {
    List<PeerId> known = List.copyOf(reports.keySet());
    Function<Delegator, Map<PeerId, Long>> speeds =
        delegator ->
            known.stream().collect(Collectors.toMap(peer -> peer, delegator::fuelPerSecond));
    return driver.ask(speeds).exceptionally(_ -> Map.of()).join(); // none once it has stopped
  }
}
