package io.banyan.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.delegation.Placement;
import io.banyan.node.Allow;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.NodeSettings;
import io.banyan.node.TestingNode;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.CallLimits;
import io.banyan.schema.PublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class NodeOptionsTest {
  private static final PublicKey KEY = TestingNode.identity(4).publicKey();
  private static final String PEER = "/ip4/127.0.0.1/tcp/4001/p2p/" + KEY;

  @TempDir private Path folder;

  @Command
  private static final class Holder {
    @Mixin private NodeOptions options;
  }

  private NodeSettings read(String... args) throws CommandException {
    List<String> words = new ArrayList<>(List.of(args));
    if (!words.contains("--data")) {
      words.addAll(List.of("--data", folder.toString()));
    }
    Holder holder = new Holder();
    new CommandLine(holder).parseArgs(words.toArray(String[]::new));
    return holder.options.settings();
  }

  private String refused(String... args) {
    CommandException refused = assertThrows(CommandException.class, () -> read(args));
    assertEquals(ExitCode.USAGE, refused.code());
    return String.valueOf(refused.getMessage());
  }

  @Test
  void defaultsAreALonelyNodeOnLoopback() throws CommandException {
    assertEquals(
        new NodeSettings(
            Multiaddr.parse("/ip4/127.0.0.1/tcp/0"),
            List.of(),
            folder,
            Runtime.getRuntime().availableProcessors(),
            Optional.empty(),
            Optional.empty(),
            0.5,
            Placement.FASTEST_FINISH,
            List.of(),
            NodeSettings.CALL_MOST,
            Optional.empty()),
        read());
    assertEquals(Allow.only(KEY), read().allowFor(KEY));
  }

  @Test
  void everyOptionIsRead() throws CommandException {
    Path ready = folder.resolve("ready");

    NodeSettings settings =
        read(
            "--listen",
            "/ip4/127.0.1.1/tcp/4101",
            "--peers",
            PEER + "," + PEER,
            "--workers",
            "3",
            "--owner",
            KEY.toString(),
            "--allow",
            "any",
            "--threshold",
            "2m",
            "--placement",
            "round-robin",
            "--labels",
            "gpu,zone=a",
            "--max-leaf-fuel",
            "5G",
            "--max-memory",
            "64MiB",
            "--max-leaf-time",
            "10s",
            "--max-output",
            "1MiB",
            "--ready-file",
            ready.toString());

    assertEquals(
        new NodeSettings(
            Multiaddr.parse("/ip4/127.0.1.1/tcp/4101"),
            List.of(Multiaddr.parse(PEER), Multiaddr.parse(PEER)),
            folder,
            3,
            Optional.of(KEY),
            Optional.of(new Allow.Any()),
            120,
            Placement.ROUND_ROBIN,
            List.of("gpu", "zone=a"),
            new CallLimits(5_000_000_000L, 64 << 20, 1 << 20, 1 << 20, 10_000),
            Optional.of(ready)),
        settings);
    assertEquals(new Allow.Any(), settings.allowFor(KEY));
  }

  @ParameterizedTest
  @CsvSource({"0s,0", "0.25s,0.25", "500ms,0.5", "1.5s,1.5", "24h,86400"})
  void thresholdIsATime(String text, double seconds) throws CommandException {
    assertEquals(seconds, read("--threshold", text).thresholdSeconds());
  }

  @Test
  void whatIsWrongIsASentenceWithTheOption() throws Exception {
    assertEquals(
        "--listen: 'here' is not of the form /ip4/ADDRESS/tcp/PORT or"
            + " /ip4/ADDRESS/tcp/PORT/p2p/PEER",
        refused("--listen", "here"));
    assertEquals(
        "--listen: '" + PEER + "' is where to listen: /p2p/PEER has no place there",
        refused("--listen", PEER));
    assertEquals(
        "--peers: '/ip4/127.0.0.1/tcp/1' names no peer to dial: it wants a port and /p2p/PEER",
        refused("--peers", "/ip4/127.0.0.1/tcp/1"));
    assertEquals(
        "--peers: '/ip4/127.0.0.1/tcp/0/p2p/"
            + KEY
            + "' names no peer to dial: it wants a port and /p2p/PEER",
        refused("--peers", "/ip4/127.0.0.1/tcp/0/p2p/" + KEY));
    assertEquals("--workers: 0 is not between 1 and 1024", refused("--workers", "0"));
    assertEquals("--workers: 1025 is not between 1 and 1024", refused("--workers", "1025"));
    assertEquals(
        "--owner: 'me' is not the peer id of an Ed25519 key (12D3KooW…)", refused("--owner", "me"));
    assertEquals(
        "--allow: 'all' is neither 'any' nor a key, 12D3KooW…, as 'banyan key show' prints it",
        refused("--allow", "all"));
    assertEquals(
        "--threshold: 'soon' is not a time such as 500ms, 30s, 5m, 2h",
        refused("--threshold", "soon"));
    assertEquals("--threshold: '25h' is more than a day", refused("--threshold", "25h"));
    assertEquals(
        "--labels: label is not 1 to 64 characters of [A-Za-z0-9._=-]: 'a b'",
        refused("--labels", "gpu,a b"));
    assertEquals(
        "--placement: 'best' is none of fastest-finish, least-loaded, round-robin, affinity",
        refused("--placement", "best"));
    assertEquals(
        "--max-leaf-fuel: 'some' is not an amount of fuel such as 500M, 2G, 1000000000",
        refused("--max-leaf-fuel", "some"));
    assertEquals(
        "the most of a call: fuel limit is 1000000000000, must be 1 to 274877906944",
        refused("--max-leaf-fuel", "1T"));
    assertEquals(
        "the most of a call: memory limit is 1000 bytes, must be whole 64 KiB pages between 64 KiB"
            + " and 2 GiB - 64 KiB",
        refused("--max-memory", "1000"));
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals("--data: " + file + " is not a folder", refused("--data", file.toString()));
  }

  @Test
  void listOfPeersHasALimit() throws CommandException {
    String most =
        IntStream.range(0, NodeSettings.PEERS_MAX)
            .mapToObj(_ -> PEER)
            .collect(Collectors.joining(","));

    assertEquals(NodeSettings.PEERS_MAX, read("--peers", most).peers().size());
    assertEquals("--peers: 257 peers, limit 256", refused("--peers", most + "," + PEER));
  }

  @Test
  void laterOptionsAreRefusedByName() {
    assertEquals(
        "--config is not in this build: give each option on the command line",
        refused("--config", "x"));
    assertEquals(
        "--http is not in this build: a node speaks /banyan/client/1 only; 'banyan status' and"
            + " others ask it",
        refused("--http", "127.0.0.1:0"));
    assertEquals(
        "--trust is not in this build: audits are not there yet, and so nobody has a standing",
        refused("--trust", KEY.toString()));
  }
}
