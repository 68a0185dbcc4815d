package io.banyan.node.daemon;

import io.banyan.delegation.Delegator;
import io.banyan.delegation.PeerProfile;
import io.banyan.node.Driver;
import io.banyan.node.Version;
import io.banyan.node.data.Throughput;
import io.banyan.p2p.Host;
import io.banyan.p2p.PeerConnection;
import io.banyan.schema.CallLimits;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.Limits;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.Profile;
import io.banyan.schema.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
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

  /** Of heartbeats, every fifth has its peer's connection looked at. */
  private static final long BEATS_PER_WAY = 5;

  /** A measure is news when it is half as much again, or two thirds. */
  private static final double NEWS_SHARE = 1.5;

  private final Host host;
  private final int workers;
  private final List<String> labels;
  private final long memoryBytes;
  private final CallLimits callMost;
  private final Driver driver;
  private final ToIntFunction<PeerId> leasesOut;
  private final Supplier<Throughput> throughput;
  private final Map<PeerId, CapabilityReport> reports = new ConcurrentHashMap<>();
  private final Map<PeerId, Integer> free = new ConcurrentHashMap<>();
  private final Map<PeerId, Way> ways = new ConcurrentHashMap<>();
  private final Map<PeerId, PeerProfile> told = new ConcurrentHashMap<>(); // to the driver
  private final Map<PeerId, Long> heardNanos = new ConcurrentHashMap<>(); // the last that counted

  /** How a peer is reached. */
  private record Way(Optional<String> trustDomain, long roundTripNanos) {
    static final Way UNKNOWN = new Way(Optional.empty(), 0);
  }

  /**
   * Knows no peers yet.
   *
   * @param labels what this node calls itself
   * @param memoryBytes for all guests together
   * @param callMost what a call of any job may use here
   * @param driver knows how fast work is done, and how much of it there is
   * @param leasesOut how many leases a peer holds of this node's
   * @param throughput how fast peers take what this node serves
   */
  Peers(
      Host host,
      int workers,
      List<String> labels,
      long memoryBytes,
      CallLimits callMost,
      Driver driver,
      ToIntFunction<PeerId> leasesOut,
      Supplier<Throughput> throughput) {
    this.host = host;
    this.workers = workers;
    this.labels = List.copyOf(labels);
    this.memoryBytes = memoryBytes;
    this.callMost = callMost;
    this.driver = driver;
    this.leasesOut = leasesOut;
    this.throughput = throughput;
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
        labels,
        new CapabilityReport.JobLimits(most, Long.MAX_VALUE, Limits.CELLS_MAX),
        true);
  }

  void reported(PeerId peer, CapabilityReport report) {
    reports.put(peer, report);
    free.put(peer, report.freeWorkers());
  }

  /** {@code peer} has joined, and this is what it is. */
  PeerProfile joined(PeerId peer, CapabilityReport report) {
    reported(peer, report);
    findWay(peer);
    PeerProfile profile = profile(peer, report);
    told.put(peer, profile);
    return profile;
  }

  /** What {@code peer} is now, if that is not what was told of it last. */
  Optional<PeerProfile> news(PeerId peer, long sequence) {
    CapabilityReport report = reports.get(peer);
    PeerProfile last = told.get(peer);
    if (report == null || last == null) {
      return Optional.empty();
    }
    if (sequence % BEATS_PER_WAY == 0) {
      findWay(peer);
    }
    PeerProfile now = profile(peer, report);
    if (isLike(now, last)) {
      return Optional.empty();
    }
    told.put(peer, now);
    return Optional.of(now);
  }

  private void findWay(PeerId peer) {
    for (PeerConnection connection : host.connections()) {
      if (connection.peer().equals(peer)) {
        long nanos = connection.roundTrip().map(Duration::toNanos).orElse(0L);
        ways.put(peer, new Way(TrustDomain.of(connection.address()), nanos));
      }
    }
  }

  private PeerProfile profile(PeerId peer, CapabilityReport report) {
    Way way = ways.getOrDefault(peer, Way.UNKNOWN);
    return new PeerProfile(
        Math.max(1, report.workers()),
        report.fuelPerSecond(),
        report.labels(),
        way.trustDomain,
        way.roundTripNanos,
        throughput.get().bytesPerSecond(peer),
        report.accepting() && report.workers() > 0);
  }

  private static boolean isLike(PeerProfile now, PeerProfile last) {
    return now.workers() == last.workers()
        && now.labels().equals(last.labels())
        && now.trustDomain().equals(last.trustDomain())
        && now.accepting() == last.accepting()
        && isLike(now.fuelPerSecond(), last.fuelPerSecond())
        && isLike(now.roundTripNanos(), last.roundTripNanos())
        && isLike(now.bytesPerSecond(), last.bytesPerSecond());
  }

  private static boolean isLike(long now, long last) {
    return now <= NEWS_SHARE * last && last <= NEWS_SHARE * now;
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
    ways.remove(peer);
    told.remove(peer);
    throughput.get().left(peer);
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
