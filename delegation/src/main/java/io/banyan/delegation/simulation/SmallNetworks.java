package io.banyan.delegation.simulation;

import io.banyan.delegation.Delegator;
import io.banyan.delegation.Placement;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.LineCuts;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.Priority;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Verification;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Networks of a few nodes and jobs of some hundred leaves, of every kind there is. */
final class SmallNetworks {
  private static final long SECOND = 1_000_000_000;
  private static final PublicKey SUBMITTED_TO =
      new PublicKey(Bytes.of(new byte[PublicKey.LENGTH])); // nothing of it is looked at here

  private static final Priority[] PRIORITIES = Priority.values();

  /**
   * Of so many seeds one draws a deep network: a chain in one rack, each node faster than the one
   * before, and jobs of many levels whose leaves are worth a way. What is lent is lent on there;
   * elsewhere hardly anything is lent a third time.
   */
  private static final int DEEP_ONE_IN = 8;

  private static final long RACK_NANOS = 200_000; // within one
  private static final double DEEP_FASTER = 2; // than the one before
  private static final int DEEP_LEAVES_MAX = 128; // seven halvings
  private static final long DEEP_LEAF_FUEL = 60; // of a leaf: a second or so

  private SmallNetworks() {}

  static PublicKey submitter(int number) {
    byte[] key = new byte[PublicKey.LENGTH];
    key[0] = (byte) number;
    return new PublicKey(Bytes.of(key));
  }

  static Scenario draw(Options options) {
    Draws draws = new Draws(options.seed());
    Faults faults = Faults.of(draws, options.faults());
    List<VirtualJob> jobs = new ArrayList<>();
    boolean alike = draws.of("alike").nextInt(3) == 0;
    boolean deep = draws.of("deep").nextInt(DEEP_ONE_IN) == 0;
    for (int i = 0; i < options.jobs(); i++) {
      int leavesMax = deep ? Math.min(options.leaves(), DEEP_LEAVES_MAX) : options.leaves();
      jobs.add(job(draws, i, alike ? 0 : i, leavesMax, deep, faults));
    }
    return new Scenario(
        draws,
        members(draws, options.nodes(), deep),
        links(draws, options.nodes(), deep),
        jobs,
        faults,
        true,
        options.wire(),
        0);
  }

  private static List<Scenario.Member> members(Draws draws, int nodes, boolean deep) {
    SplittableRandom shared = draws.of("placement");
    Placement[] placements = Placement.values();
    Placement placement = placements[shared.nextInt(placements.length)];
    double thresholdSeconds = deep ? 0 : shared.nextInt(2) * 0.5;
    List<Scenario.Member> members = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      SplittableRandom random = draws.of("member", i);
      Delegator.Settings settings =
          new Delegator.Settings(
              1 + random.nextInt(4),
              thresholdSeconds,
              placement,
              5 + random.nextInt(100),
              random.nextLong());
      members.add(
          new Scenario.Member(
              settings,
              (10 + 60 * random.nextDouble()) * (deep ? Math.pow(DEEP_FASTER, i) : 1),
              0.5,
              1e3 * (1 + random.nextInt(1000)),
              0,
              random.nextInt(3) == 0 ? 1 + random.nextInt(6) : Scenario.Member.HELD_MAX));
    }
    return members;
  }

  /** Everybody knows the next one; of the others everybody, every second one, or nobody. */
  private static List<Scenario.Pair> links(Draws draws, int nodes, boolean deep) {
    int density = deep ? 0 : draws.of("density").nextInt(3);
    List<Scenario.Pair> links = new ArrayList<>();
    for (int one = 0; one < nodes; one++) {
      for (int other = one + 1; other < nodes; other++) {
        SplittableRandom random = draws.of("link", one * 1000L + other);
        if (other == one + 1 || density == 2 || (density == 1 && random.nextBoolean())) {
          links.add(new Scenario.Pair(one, other, deep ? RACK_NANOS : latencyNanos(random)));
        }
      }
    }
    return links;
  }

  /** One rack, one city, one continent, or the other side of the world. */
  private static long latencyNanos(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> RACK_NANOS;
      case 1 -> 5_000_000;
      case 2 -> 30_000_000;
      default -> 150_000_000;
    };
  }

  /**
   * Job {@code number}, with the input and the rules of job {@code like}, and mostly with its own
   * params.
   */
  private static VirtualJob job(
      Draws draws, int number, int like, int leavesMax, boolean deep, Faults faults) {
    SplittableRandom random = draws.of("job", like);
    SplittableRandom own = draws.of("own", number);
    long salt = own.nextLong();
    boolean twin = like != number && draws.of("twins").nextInt(3) == 0;
    SplitRule drawn = deep ? deepRule(random, leavesMax) : rule(random, leavesMax);
    int chunkBytes = deep ? 1 : 1 + random.nextInt(random.nextBoolean() ? 4 : 30);
    long length =
        random.nextInt(5) == 0
            ? random.nextInt(5)
            : random.nextLong(1 + (long) leavesMax * chunkBytes);
    VirtualGuest guest =
        new VirtualGuest(
            twin ? draws.of("own", like).nextLong() : salt,
            random.nextInt(3) > 0,
            random.nextInt(7) == 0 ? 100 + random.nextInt(200) : 0,
            deep ? DEEP_LEAF_FUEL : 0,
            0,
            deep);
    boolean byIndex = drawn instanceof SplitRule.ByIndex;
    if (drawn instanceof SplitRule.ByRecords(int recordBytes)) {
      chunkBytes *= recordBytes;
      length = length / 5 * recordBytes;
    }
    if (drawn instanceof SplitRule.ByModule) {
      length = deep ? leavesMax : Math.min(length, leavesMax);
    }
    Manifest manifest =
        manifest(
            drawn,
            byIndex ? 0 : chunkBytes,
            input(like, byIndex ? 0 : length),
            random.nextInt(4),
            random.nextInt(2) * 1.5 * (0.5 + random.nextDouble()),
            guest.salt(),
            PRIORITIES[own.nextInt(PRIORITIES.length)],
            partialPermille(draws.of("partial", number)),
            new Budget(1L << 40, 1 << 20, 1L << 30, 1L << 30, 4, 36_000_000));
    Optional<Long> cancelNanos =
        own.nextInt(1000) < faults.rate(FaultKind.CANCELS)
            ? Optional.of(own.nextLong(30 * SECOND))
            : Optional.empty();
    return new VirtualJob(
        new JobId(Digest.sha256(bytes("job " + number))),
        manifest,
        submitter(own.nextInt(2)),
        cuts(manifest, random),
        guest,
        own.nextLong(3 * SECOND),
        cancelNanos);
  }

  /** In halves of halves, or in groups of cells: what a split made is not looked for at peers. */
  private static SplitRule deepRule(SplittableRandom random, int leavesMax) {
    return random.nextInt(3) == 0 ? new SplitRule.ByIndex(leavesMax) : new SplitRule.ByModule();
  }

  private static SplitRule rule(SplittableRandom random, int leavesMax) {
    return switch (random.nextInt(6)) {
      case 0 -> new SplitRule.ByBytes();
      case 1 -> new SplitRule.ByRecords(1 + random.nextInt(5));
      case 2 -> new SplitRule.ByIndex(1 + random.nextInt(leavesMax));
      case 3 -> new SplitRule.ByLines();
      default -> new SplitRule.ByModule();
    };
  }

  /** Three users in four want all or nothing. */
  private static int partialPermille(SplittableRandom random) {
    return random.nextInt(4) == 0 ? 1 + random.nextInt(999) : 1000;
  }

  private static BlobRef input(int number, long length) {
    return length == 0
        ? BlobRef.EMPTY
        : new BlobRef(Digest.sha256(bytes("input " + number)), length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Optional<Cuts> cuts(Manifest manifest, SplittableRandom random) {
    if (!(manifest.splitRule() instanceof SplitRule.ByLines)) {
      return manifest.cutsBySize();
    }
    int lineFeedOneIn = random.nextBoolean() ? 8 : 60;
    byte[] input = new byte[(int) manifest.input().length()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) (random.nextInt(lineFeedOneIn) == 0 ? '\n' : 'a');
    }
    LineCuts.Finder finder = new LineCuts.Finder(manifest.chunkBytes());
    finder.update(input, 0, input.length);
    return Optional.of(finder.finish());
  }

  /** A manifest of a job that is {@code salt}'s own. */
  static Manifest manifest(
      SplitRule rule,
      int chunkBytes,
      BlobRef input,
      int retries,
      double operationWeight,
      long salt,
      Priority priority,
      int partialPermille,
      Budget budget) {
    byte[] params = ByteBuffer.allocate(Long.BYTES).putLong(salt).array();
    return new Manifest(
        Profile.ONE,
        Bytes.of(new byte[Manifest.TOKEN_LENGTH]),
        1,
        Long.MAX_VALUE,
        SUBMITTED_TO,
        new BlobRef(Digest.sha256(params), 8),
        input,
        Bytes.of(params),
        List.of(),
        rule,
        chunkBytes,
        CallLimits.DEFAULT,
        budget,
        retries,
        new Verification.None(),
        new Routing(priority, List.of(), List.of(), false),
        partialPermille,
        MemoPolicy.PRIVATE,
        operationWeight);
  }
}
