package io.banyan.node.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command speaks: data to stdout, words to stderr. */
final class Output {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final CommandSpec spec;

  Output(CommandSpec spec) {
    this.spec = spec;
  }

  /** A line of what was asked for. */
  void data(String line) {
    spec.commandLine().getOut().println(line);
  }

  void json(JsonElement element) {
    data(GSON.toJson(element));
  }

  /** A line about it. */
  void say(String line) {
    spec.commandLine().getErr().println(line);
  }
}
