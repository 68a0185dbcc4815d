package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.PeerId;
import io.banyan.schema.Priority;
import io.banyan.schema.Routing;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a job's work may go, and before whose. The submitter signs it, and every lender on the way
 * keeps to it.
 */
final class RoutingOptions {
  @Option(
      names = "--only-peers",
      paramLabel = "PEER,PEER",
      description = "Lend to these nodes alone, by their peer ids (default: any).")
  private @Nullable String onlyPeers;

  @Option(
      names = "--labels",
      paramLabel = "A,B",
      description = "Lend to nodes alone that call themselves all of these (default: any).")
  private @Nullable String labels;

  @Option(names = "--prefer-local", description = "Prefer near nodes to fast ones.")
  private boolean preferLocal;

  @Option(
      names = "--priority",
      paramLabel = "WORD",
      description = "low, normal, high or critical (default: ${DEFAULT-VALUE}).")
  private String priority = "normal";

  /** The routing that these options are. */
  Routing routing() throws CommandException {
    return new Routing(
        read("--priority", priority, RoutingOptions::priority),
        onlyPeers == null ? List.of() : read("--only-peers", onlyPeers, RoutingOptions::peers),
        labels == null ? List.of() : read("--labels", labels, RoutingOptions::labels),
        preferLocal);
  }

  private static Priority priority(String word) {
    return Arrays.stream(Priority.values())
        .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + word + "' is none of low, normal, high and critical"));
  }

  private static List<PeerId> peers(String text) {
    List<PeerId> peers = words(text).stream().map(PeerId::parse).toList();
    if (peers.size() > Routing.PEERS_MAX) {
      throw new IllegalArgumentException(peers.size() + " peers, limit " + Routing.PEERS_MAX);
    }
    return peers;
  }

  /** Labels, as nodes and jobs have them. */
  static List<String> labels(String text) {
    return Routing.requireLabels(words(text));
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  private static <T> T read(String option, String text, Function<String, T> parse)
      throws CommandException {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, option + ": " + e.getMessage(), e);
    }
  }
}
