package io.banyan.node.daemon;

import io.banyan.node.Version;
import io.banyan.p2p.Host;
import io.banyan.p2p.PeerConnection;
import io.banyan.schema.Budget;
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
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

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
  private final IntSupplier freeWorkers;
  private final ToIntFunction<PeerId> leasesOut;
  private final Map<PeerId, CapabilityReport> reports = new ConcurrentHashMap<>();
  private final Map<PeerId, Integer> free = new ConcurrentHashMap<>();
  private final Map<PeerId, Long> heardNanos = new ConcurrentHashMap<>(); // the last that counted

  /**
   * Knows no peers yet.
   *
   * @param memoryBytes for all guests together
   * @param leasesOut how many leases a peer holds of this node's
   */
  Peers(
      Host host,
      int workers,
      long memoryBytes,
      IntSupplier freeWorkers,
      ToIntFunction<PeerId> leasesOut) {
    this.host = host;
    this.workers = workers;
    this.memoryBytes = memoryBytes;
    this.freeWorkers = freeWorkers;
    this.leasesOut = leasesOut;
  }

  /** This node, now. */
  CapabilityReport own() {
    CallLimits usual = CallLimits.DEFAULT;
    CallLimits most =
        new CallLimits(
            CallLimits.FUEL_MAX,
            Math.min(memoryBytes, CallLimits.MEMORY_BYTES_MAX),
            usual.depthBytesMax(),
            CallLimits.MEMORY_BYTES_MAX,
            Budget.TIME_MILLIS_MAX);
    return new CapabilityReport(
        "banyan/" + Version.PRODUCT,
        PROTOCOL_VERSION,
        List.of(Profile.ONE),
        workers,
        Math.clamp(freeWorkers.getAsInt(), 0, workers),
        0, // speed is measured by who lends
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
                report.fuelPerSecond(),
                free.getOrDefault(peer, 0),
                leasesOut.applyAsInt(peer)));
      }
    }
    return summaries;
  }
}
