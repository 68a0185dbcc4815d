package io.banyan.node.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command speaks: data to stdout, words to stderr. */
final class Output {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /** Control characters that JSON allows in a string, and a terminal obeys. */
  private static final Pattern HIGH_CONTROL = Pattern.compile("[\\x7f-\\x9f]");

  private final CommandSpec spec;

  Output(CommandSpec spec) {
    this.spec = spec;
  }

  /** A line of what was asked for. */
  void data(String line) {
    spec.commandLine().getOut().println(line);
  }

  void json(JsonElement element) {
    String escaped =
        HIGH_CONTROL
            .matcher(GSON.toJson(element))
            .replaceAll(
                found -> String.format(Locale.ROOT, "\\\\u%04x", (int) found.group().charAt(0)));
    data(escaped);
  }

  /** A line about it. */
  void say(String line) {
    spec.commandLine().getErr().println(line);
  }
}
