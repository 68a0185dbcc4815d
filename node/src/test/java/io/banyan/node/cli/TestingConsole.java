package io.banyan.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.banyan.node.Dialer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The command line in this process, with what it says caught. System.in, out and err belong to the
 * whole process, so that no two of these run at once.
 */
public final class TestingConsole {
  private TestingConsole() {}

  /** How a command ended, and what it said. */
  public record Ran(int code, byte[] stdout, String stderr) {
    public String text() {
      return new String(stdout, StandardCharsets.UTF_8);
    }

    public JsonObject json() {
      assertEquals(0, code, stderr);
      return JsonParser.parseString(text()).getAsJsonObject();
    }

    public Ran succeeds() {
      assertEquals(0, code, stderr);
      return this;
    }

    /** The one sentence of a command that failed with {@code code}; nothing else was said. */
    public String failsWith(int wanted) {
      List<String> lines =
          stderr.lines().filter(line -> !line.startsWith("Try 'banyan help")).toList();
      if (lines.size() != 1 || !lines.getFirst().startsWith("banyan: ")) {
        fail("not one sentence: " + stderr);
      }
      String sentence = lines.getFirst().substring("banyan: ".length());
      assertEquals(wanted, code, sentence);
      assertEquals("", text(), "something on stdout");
      assertFalse(sentence.contains("Exception"), sentence);
      assertFalse(sentence.contains("null"), sentence);
      return sentence;
    }
  }

  /** A key to sign with, made when it is first asked for. */
  static Path keyIn(Path folder) {
    Path key = folder.resolve("key");
    if (!Files.exists(key)) {
      banyan("key show --key", key).succeeds();
    }
    return key;
  }

  static Ran banyan(Object... args) {
    return banyanReading(new byte[0], args);
  }

  /** The same, over a network of a test's own. */
  public static Ran banyanOver(Dialer network, Object... args) {
    ByteArrayOutputStream caught = new ByteArrayOutputStream();
    Ran ran = run(network, new byte[0], caught, args);
    return new Ran(ran.code, caught.toByteArray(), ran.stderr);
  }

  /** The same, with {@code stdin} to read. */
  static Ran banyanReading(byte[] stdin, Object... args) {
    ByteArrayOutputStream caught = new ByteArrayOutputStream();
    Ran ran = run(stdin, caught, args);
    return new Ran(ran.code, caught.toByteArray(), ran.stderr);
  }

  /** The same, with a stdout that is not caught. */
  static Ran banyanTo(OutputStream stdout, Object... args) {
    return run(new byte[0], stdout, args);
  }

  private static Ran run(byte[] stdin, OutputStream stdout, Object... args) {
    return run(NetworkDialer.INSTANCE, stdin, stdout, args);
  }

  private static Ran run(Dialer network, byte[] stdin, OutputStream stdout, Object... args) {
    InputStream in = System.in;
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream caughtErr = new ByteArrayOutputStream();
    try {
      System.setIn(new ByteArrayInputStream(stdin));
      System.setOut(new PrintStream(stdout, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(caughtErr, true, StandardCharsets.UTF_8));
      int code = Banyan.run(network, words(args));
      System.out.flush();
      System.err.flush();
      return new Ran(code, new byte[0], caughtErr.toString(StandardCharsets.UTF_8));
    } finally {
      System.setIn(in);
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** A text is split at its spaces; a path is one word whatever it holds. */
  private static String[] words(Object[] args) {
    return List.of(args).stream()
        .flatMap(
            arg ->
                switch (arg) {
                  case Path path -> List.of(path.toString()).stream();
                  case String text -> List.of(text.trim().split(" +")).stream();
                  default -> List.of(arg.toString()).stream();
                })
        .toArray(String[]::new);
  }
}
