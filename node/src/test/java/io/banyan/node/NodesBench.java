package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobResult;
import io.banyan.schema.SplitRule;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What nodes come to that run as processes of this machine, seen from one long-lived client. {@code
 * scripts/bench.sh nodes} starts them and runs it.
 *
 * <p>Figures judged by the clock say little on a machine that does other work: the load average is
 * printed beside each.
 */
final class NodesBench {
  private static final int TURNS = 5;
  private static final int WARM_UPS = 3;
  private static final int TINY_TURNS = 300;
  private static final int TINY_WARM_UPS = 1500; // until the JVM's second compiler has had its say
  private static final int PREDICTED_TURNS = 3;

  /** Bytes of a leaf, of 10 000. */
  private static final int SMALL_LEAF_BYTES = 100;

  private final Path examples;
  private final Path material;
  private final BenchNetwork lone;
  private final BenchNetwork three;
  private final BenchNetwork pair;

  private NodesBench(
      Path examples, Path material, BenchNetwork lone, BenchNetwork three, BenchNetwork pair) {
    this.examples = examples;
    this.material = material;
    this.lone = lone;
    this.three = three;
    this.pair = pair;
  }

  /**
   * Arguments: the examples' folder; a folder with "text" and "numbers", where more is written;
   * then address and process ids of a node with two workers, of three nodes with one each, and of
   * two; then which figures are wanted, all if none is named.
   */
  public static void main(String[] arguments) throws Exception {
    Path material = Path.of(arguments[1]);
    Set<String> wanted = Set.of(Arrays.copyOfRange(arguments, 8, arguments.length));
    Identity user = KeyFile.readOrCreate(KeyFile.defaultPath());
    try (Sandbox sandbox = new Sandbox(SandboxOptions.forThisHeap());
        Scratch scratch = Scratch.create();
        BenchNetwork lone =
            new BenchNetwork(user, sandbox, scratch.folder(), arguments[2], arguments[3]);
        BenchNetwork three =
            new BenchNetwork(user, sandbox, scratch.folder(), arguments[4], arguments[5]);
        BenchNetwork pair =
            new BenchNetwork(user, sandbox, scratch.folder(), arguments[6], arguments[7])) {
      NodesBench bench = new NodesBench(Path.of(arguments[0]), material, lone, three, pair);
      if (wanted.isEmpty() || wanted.contains("tiny")) {
        bench.tiny();
      }
      if (wanted.isEmpty() || wanted.contains("cpu")) {
        bench.cpu("nodes.cpu.search", bench.search(60 << 20, OptionalInt.of(1 << 16)));
        bench.cpu("nodes.cpu.primes", bench.primes(256, 12_000_000_000L));
      }
      if (wanted.isEmpty() || wanted.contains("leaves")) {
        bench.leaves("nodes.leaves.search", bench.smallLeaves("fuzzy-search", bench.query()));
        bench.leaves("nodes.leaves.wordcount", bench.smallLeaves("wordcount-c", Optional.empty()));
      }
      if (wanted.isEmpty() || wanted.contains("prediction")) {
        bench.prediction();
      }
    }
  }

  /* Jobs. */

  private Path example(String name) {
    return examples.resolve(name).resolve(name.replaceFirst("-(c|rust)$", "") + ".wasm");
  }

  private Path beginning(String name, int bytes) throws IOException {
    Path path = material.resolve(name + "-" + bytes);
    if (!Files.exists(path)) {
      try (RandomAccessFile all = new RandomAccessFile(material.resolve(name).toFile(), "r")) {
        byte[] some = new byte[bytes];
        all.readFully(some);
        Files.write(path, some);
      }
    }
    return path;
  }

  private Optional<Path> params(String text) throws IOException {
    return Optional.of(
        Files.writeString(material.resolve("params-" + text.replace(' ', '-')), text));
  }

  private Optional<Path> query() throws IOException {
    return params("synchronised virtual thread schedular");
  }

  private BenchJob lines(String name, int bytes, OptionalInt chunkBytes, Optional<Path> params)
      throws IOException {
    return new BenchJob(
        name + " on " + Quantities.bytes(bytes),
        example(name),
        Optional.of(beginning("text", bytes)),
        Optional.of(new SplitRule.ByLines()),
        chunkBytes,
        params,
        List.of());
  }

  private BenchJob search(int bytes, OptionalInt chunkBytes) throws IOException {
    return lines("fuzzy-search", bytes, chunkBytes, query());
  }

  private BenchJob primes(int cells, long below) throws IOException {
    return new BenchJob(
        "primes below " + below,
        example("primes"),
        Optional.empty(),
        Optional.of(new SplitRule.ByIndex(cells)),
        OptionalInt.empty(),
        params(Long.toString(below)),
        List.of());
  }

  private BenchJob mandelbrot(int cells, int width, int height) throws IOException {
    return new BenchJob(
        "mandelbrot " + width + " x " + height,
        example("mandelbrot"),
        Optional.empty(),
        Optional.of(new SplitRule.ByIndex(cells)),
        OptionalInt.empty(),
        params(width + " " + height + " 500"),
        List.of());
  }

  private BenchJob quicksort(int bytes) throws IOException {
    return new BenchJob(
        "quicksort of " + Quantities.bytes(bytes),
        example("quicksort"),
        Optional.of(beginning("numbers", bytes)),
        Optional.of(new SplitRule.ByModule()),
        OptionalInt.of(256 << 10),
        Optional.empty(),
        List.of());
  }

  private BenchJob smallLeaves(String name, Optional<Path> params) throws IOException {
    return new BenchJob(
        name + " on leaves of " + SMALL_LEAF_BYTES + " bytes",
        example(name),
        Optional.of(beginning("text", 10_000 * SMALL_LEAF_BYTES)),
        Optional.of(new SplitRule.ByBytes()),
        OptionalInt.of(SMALL_LEAF_BYTES),
        params,
        List.of());
  }

  /* Figures. */

  /** The same job by three nodes that share two cores, and by one node with two workers. */
  private void cpu(String name, BenchJob job) throws Exception {
    for (int i = 0; i < WARM_UPS; i++) {
      lone.run(job);
      three.run(job);
    }
    List<BenchNetwork.Turn> alone = new ArrayList<>();
    List<BenchNetwork.Turn> together = new ArrayList<>();
    double[] ratios = new double[TURNS];
    double[] cpuRatios = new double[TURNS];
    for (int i = 0; i < TURNS; i++) {
      BenchNetwork.Turn one = lone.run(job);
      BenchNetwork.Turn other = three.run(job);
      requireSame(one.answer(), other.answer());
      alone.add(one);
      together.add(other);
      ratios[i] = (double) other.endedNanos() / one.endedNanos();
      cpuRatios[i] = (double) other.cpuNanos() / one.cpuNanos();
    }
    double[] values = seconds(together, turn -> turn.endedNanos());
    new Figure(name, "s")
        .number("value", median(values))
        .number("spread", spread(values))
        .text("baseline", "a node with two workers")
        .number("baselineValue", median(seconds(alone, turn -> turn.endedNanos())))
        .number("cpuRatio", median(cpuRatios))
        .number("nodes", median(numbers(together, turn -> turn.ranLeaves())))
        .number("leases", median(numbers(together, turn -> turn.leases())))
        .number("leasesLost", median(numbers(together, turn -> turn.leasesLost())))
        .judged("ratio", median(ratios), 1.05)
        .print(TURNS);
  }

  private static void requireSame(JobResult.Answer one, JobResult.Answer other) {
    if (!(one instanceof JobResult.Whole(var a, var _))
        || !(other instanceof JobResult.Whole(var b, var _))
        || !a.equals(b)) {
      throw new IllegalStateException("two answers to one job: " + one + " and " + other);
    }
  }

  /** Many leaves that take next to nothing. */
  private void leaves(String name, BenchJob job) throws Exception {
    for (int i = 0; i < WARM_UPS; i++) {
      three.run(job);
    }
    List<BenchNetwork.Turn> turns = new ArrayList<>();
    for (int i = 0; i < TURNS; i++) {
      turns.add(three.run(job));
    }
    double[] values = seconds(turns, BenchNetwork.Turn::nanos);
    new Figure(name, "s")
        .judged("value", median(values), 2)
        .number("spread", spread(values))
        .number("cpu", median(seconds(turns, turn -> turn.cpuNanos())))
        .number("nodes", median(numbers(turns, turn -> turn.ranLeaves())))
        .number("leases", median(numbers(turns, turn -> turn.leases())))
        .print(TURNS);
  }

  /** One leaf, from handing it in until answer and receipt are here. */
  private void tiny() throws Exception {
    BenchJob job = lines("wordcount-c", 1000, OptionalInt.of(1 << 16), Optional.empty());
    for (int i = 0; i < TINY_WARM_UPS; i++) {
      three.run(job);
    }
    List<BenchNetwork.Turn> turns = new ArrayList<>();
    double[] syncs = new double[TINY_TURNS];
    for (int i = 0; i < TINY_TURNS; i++) {
      turns.add(three.run(job));
      syncs[i] = syncNanos() / 1e6;
    }
    double[] values = millis(turns, BenchNetwork.Turn::nanos);
    Arrays.sort(values);
    new Figure("nodes.tiny", "ms")
        .judged("value", median(values), 10)
        .number("p95", values[TINY_TURNS * 95 / 100])
        .number("accepted", median(millis(turns, turn -> turn.acceptedNanos())))
        .number("ended", median(millis(turns, turn -> turn.endedNanos())))
        .number("fetched", median(millis(turns, turn -> turn.fetchedNanos())))
        .number("cpu", Arrays.stream(millis(turns, turn -> turn.cpuNanos())).average().orElse(0))
        .number("fsync", median(syncs))
        .print(TINY_TURNS);
  }

  /** What it takes to have a page on the disk that the nodes use too. */
  private long syncNanos() throws IOException {
    Path path = material.resolve("synced");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(file.length());
      file.write(new byte[4096]);
      long begin = System.nanoTime();
      file.getChannel().force(true);
      return System.nanoTime() - begin;
    }
  }

  /** What the first decision on a job says that it will take, and the last one, by what it took. */
  private void prediction() throws Exception {
    OptionalInt rehearsed = OptionalInt.empty();
    List<BenchJob> jobs =
        List.of(
            search(1 << 20, rehearsed),
            search(6 << 20, rehearsed),
            search(24 << 20, rehearsed),
            lines("wordcount-c", 16 << 20, rehearsed, Optional.empty()),
            lines("wordcount-c", 64 << 20, rehearsed, Optional.empty()),
            lines("wordcount-rust", 64 << 20, rehearsed, Optional.empty()),
            lines("wordfreq", 8 << 20, rehearsed, Optional.empty()),
            lines("wordfreq", 48 << 20, rehearsed, Optional.empty()),
            primes(64, 200_000_000L),
            primes(256, 2_000_000_000L),
            mandelbrot(64, 640, 480),
            mandelbrot(128, 1600, 1200),
            quicksort(2 << 20),
            quicksort(8 << 20));
    for (BenchJob job : jobs) {
      pair.run(job);
    }
    List<Double> first = new ArrayList<>();
    List<Double> last = new ArrayList<>();
    for (int i = 0; i < PREDICTED_TURNS; i++) {
      for (BenchJob job : jobs) {
        BenchNetwork.Turn turn = pair.run(job);
        Optional<DecisionLine> begin =
            turn.decisions().stream().filter(line -> line.predictedSeconds() > 0).findFirst();
        Optional<DecisionLine> end =
            turn.decisions().stream()
                .filter(line -> line.predictedSeconds() > 0 && line.actualSeconds() > 0)
                .findFirst();
        double seconds = turn.endedNanos() / 1e9;
        begin.ifPresent(line -> first.add(error(line.predictedSeconds(), seconds)));
        end.ifPresent(line -> last.add(error(line.predictedSeconds(), line.actualSeconds())));
        System.err.printf(
            Locale.ROOT,
            "  %-34s %7.3f s  predicted %7.3f s  (%s); then %7.3f s of %7.3f s; %d nodes%n",
            job.name(),
            seconds,
            begin.map(DecisionLine::predictedSeconds).orElse(0.0),
            begin.map(line -> line.role().toString()).orElse("nothing"),
            end.map(DecisionLine::predictedSeconds).orElse(0.0),
            end.map(DecisionLine::actualSeconds).orElse(0.0),
            turn.ranLeaves());
      }
    }
    predicted("nodes.prediction.first", first);
    predicted("nodes.prediction.explain", last);
  }

  private static double error(double predictedSeconds, double seconds) {
    return Math.abs(predictedSeconds - seconds) / seconds;
  }

  private static void predicted(String name, List<Double> errors) {
    double[] values = errors.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(values);
    new Figure(name, "of what it took")
        .judged("value", median(values), 0.25)
        .number("p90", values[values.length * 9 / 10])
        .print(values.length);
  }

  /* Sums. */

  private static double[] seconds(
      List<BenchNetwork.Turn> turns, ToDoubleFunction<BenchNetwork.Turn> nanos) {
    return turns.stream().mapToDouble(turn -> nanos.applyAsDouble(turn) / 1e9).toArray();
  }

  private static double[] numbers(
      List<BenchNetwork.Turn> turns, ToDoubleFunction<BenchNetwork.Turn> number) {
    return turns.stream().mapToDouble(number).toArray();
  }

  private static double[] millis(
      List<BenchNetwork.Turn> turns, ToDoubleFunction<BenchNetwork.Turn> nanos) {
    return turns.stream().mapToDouble(turn -> nanos.applyAsDouble(turn) / 1e6).toArray();
  }

  /** Sorts, too. */
  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Of sorted values. */
  private static double spread(double[] values) {
    return (values[values.length - 1] - values[0]) / values[values.length / 2];
  }

  /** A line of JSON to standard output, and one for people to standard error. */
  private static final class Figure {
    private final StringBuilder json = new StringBuilder();
    private final StringBuilder words = new StringBuilder();

    Figure(String name, String unit) {
      json.append("{\"bench\":\"").append(name).append("\",\"unit\":\"").append(unit).append('"');
      words.append(String.format(Locale.ROOT, "%-26s", name));
    }

    Figure text(String key, String value) {
      json.append(",\"").append(key).append("\":\"").append(value).append('"');
      return this;
    }

    Figure number(String key, double value) {
      String number = String.format(Locale.ROOT, "%.4g", value);
      json.append(",\"").append(key).append("\":").append(number);
      words.append("  ").append(key).append(' ').append(number);
      return this;
    }

    /** What is judged; less is better. */
    Figure judged(String key, double value, double goal) {
      number(key, value);
      json.append(
          String.format(
              Locale.ROOT,
              ",\"goal\":%.4g,\"of\":\"%s\",\"better\":\"lower\",\"ok\":%b",
              goal,
              key,
              value <= goal));
      words.append(
          String.format(Locale.ROOT, " (goal %.4g%s)", goal, value <= goal ? "" : ": MISSED"));
      return this;
    }

    void print(int runs) {
      number("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      json.append(",\"runs\":").append(runs).append('}');
      System.out.println(json);
      System.err.println(words);
    }
  }
}
