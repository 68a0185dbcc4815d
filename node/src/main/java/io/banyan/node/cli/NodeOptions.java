package io.banyan.node.cli;

import io.banyan.delegation.Placement;
import io.banyan.node.Allow;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.NodeSettings;
import io.banyan.node.Quantities;
import io.banyan.node.WholeFile;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.CallLimits;
import io.banyan.schema.PeerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a node is started with, as people write it. */
final class NodeOptions {
  @Option(
      names = "--listen",
      paramLabel = "ADDR",
      description = "Where to listen (default: ${DEFAULT-VALUE}, any free port).")
  private String listen = "/ip4/127.0.0.1/tcp/0";

  @Option(
      names = "--peers",
      paramLabel = "ADDR,ADDR",
      description = "Nodes to keep a connection to.")
  private @Nullable String peers;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Where the node's key, journal and jobs lie; made if it is not there.")
  private Path data = Path.of("");

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Guests that run at once (default: one a processor).")
  private int workers = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--owner",
      paramLabel = "KEY",
      description = "Who may ask about every job (default: your own key).")
  private @Nullable String owner;

  @Option(
      names = "--allow",
      paramLabel = "KEYS|any",
      description = "Whose jobs to take (default: the owner's).")
  private @Nullable String allow;

  @Option(
      names = "--threshold",
      paramLabel = "TIME",
      description = "A ComplexityScore above it is worth lending (default: ${DEFAULT-VALUE}).")
  private String threshold = "0.5s";

  @Option(
      names = "--placement",
      paramLabel = "RULE",
      description =
          "fastest-finish, least-loaded, round-robin or affinity (default: ${DEFAULT-VALUE}).")
  private String placement = "fastest-finish";

  @Option(
      names = "--labels",
      paramLabel = "A,B",
      description = "What this node calls itself, for jobs that want such nodes alone.")
  private @Nullable String labels;

  @Option(
      names = "--max-leaf-fuel",
      paramLabel = "N",
      description =
          "Jobs whose calls may use more fuel are refused (default: 274G, what any job may ask"
              + " for).")
  private @Nullable String maxLeafFuel;

  @Option(
      names = "--max-memory",
      paramLabel = "SIZE",
      description =
          "Likewise memory; whole pages of 64 KiB (default: what guests have here together, three"
              + " quarters of the heap).")
  private @Nullable String maxMemory;

  @Option(
      names = "--max-leaf-time",
      paramLabel = "TIME",
      description = "Likewise time (default: ${DEFAULT-VALUE}).")
  private String maxLeafTime = "1h";

  @Option(
      names = "--max-output",
      paramLabel = "SIZE",
      description = "Likewise what they may return (default: ${DEFAULT-VALUE}).")
  private String maxOutput = "256MiB";

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "Gets peer id, addresses and process id when the node serves.")
  private @Nullable Path readyFile;

  @Option(names = "--config", hidden = true)
  private @Nullable String config;

  @Option(names = "--http", hidden = true)
  private @Nullable String http;

  @Option(names = "--trust", hidden = true)
  private @Nullable String trust;

  /** The settings that these options are. */
  NodeSettings settings() throws CommandException {
    refuse("--config", config, "give each option on the command line");
    refuse(
        "--http", http, "a node speaks /banyan/client/1 only; 'banyan status' and others ask it");
    refuse("--trust", trust, "audits are not there yet, and so nobody has a standing");
    if (Files.exists(data) && !Files.isDirectory(data)) {
      throw new CommandException(ExitCode.USAGE, "--data: " + data + " is not a folder");
    }
    if (readyFile != null) {
      WholeFile.requireFolder("ready file", readyFile);
    }
    Multiaddr listens = read("--listen", listen, Multiaddr::parse);
    requireThat(
        "--listen",
        listens.peer().isEmpty(),
        "'" + listen + "' is where to listen: /p2p/PEER has no place there");
    requireThat(
        "--workers",
        workers >= 1 && workers <= NodeSettings.WORKERS_MAX,
        workers + " is not between 1 and " + NodeSettings.WORKERS_MAX);
    return new NodeSettings(
        listens,
        peers == null ? List.of() : read("--peers", peers, NodeOptions::addresses),
        data,
        workers,
        owner == null
            ? Optional.empty()
            : Optional.of(read("--owner", owner, text -> PeerId.parse(text).key())),
        allow == null ? Optional.empty() : Optional.of(read("--allow", allow, Allow::parse)),
        read("--threshold", threshold, NodeOptions::seconds),
        read("--placement", placement, Placement::parse),
        labels == null ? List.of() : read("--labels", labels, RoutingOptions::labels),
        callMost(),
        Optional.ofNullable(readyFile));
  }

  private CallLimits callMost() throws CommandException {
    CallLimits usual = NodeSettings.CALL_MOST;
    long fuel =
        maxLeafFuel == null
            ? usual.fuel()
            : read("--max-leaf-fuel", maxLeafFuel, Quantities::parseFuel);
    long memoryBytes =
        maxMemory == null
            ? usual.memoryBytesMax()
            : read("--max-memory", maxMemory, Quantities::parseBytes);
    long millis = read("--max-leaf-time", maxLeafTime, Quantities::parseMillis);
    long outputBytes = read("--max-output", maxOutput, Quantities::parseBytes);
    try {
      return new CallLimits(fuel, memoryBytes, usual.depthBytesMax(), outputBytes, millis);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "the most of a call: " + e.getMessage(), e);
    }
  }

  private static List<Multiaddr> addresses(String text) {
    List<Multiaddr> addresses = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      Multiaddr address = Multiaddr.parse(word.strip());
      if (address.peer().isEmpty() || address.port() == 0) {
        throw new IllegalArgumentException(
            "'" + address + "' names no peer to dial: it wants a port and /p2p/PEER");
      }
      addresses.add(address);
    }
    if (addresses.size() > NodeSettings.PEERS_MAX) {
      throw new IllegalArgumentException(
          addresses.size() + " peers, limit " + NodeSettings.PEERS_MAX);
    }
    return addresses;
  }

  /** Seconds, which may have decimals, or any other time. */
  private static double seconds(String text) {
    double seconds =
        text.matches("[0-9]{1,6}\\.[0-9]{1,6}s")
            ? Double.parseDouble(text.substring(0, text.length() - 1))
            : Quantities.parseMillis(text) / 1e3;
    if (seconds > NodeSettings.THRESHOLD_SECONDS_MAX) {
      throw new IllegalArgumentException("'" + text + "' is more than a day");
    }
    return seconds;
  }

  private static <T> T read(String option, String text, Function<String, T> parse)
      throws CommandException {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, option + ": " + e.getMessage(), e);
    }
  }

  private static void requireThat(String option, boolean holds, String otherwise)
      throws CommandException {
    if (!holds) {
      throw new CommandException(ExitCode.USAGE, option + ": " + otherwise);
    }
  }

  private static void refuse(String option, @Nullable String given, String why)
      throws CommandException {
    if (given != null) {
      throw new CommandException(ExitCode.USAGE, option + " is not in this build: " + why);
    }
  }
}
