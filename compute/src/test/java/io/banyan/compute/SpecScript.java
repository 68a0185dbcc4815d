package io.banyan.compute;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One script of the core test suite, as wast2json writes it: a list of commands, and modules beside
 * it. Confined to one thread.
 */
final class SpecScript {
  /** The suite's words for traps, by how they begin. */
  private static final Map<String, TrapKind> TRAPS =
      Map.of(
          "unreachable", TrapKind.UNREACHABLE,
          "out of bounds memory access", TrapKind.MEMORY_OUT_OF_BOUNDS,
          "out of bounds table access", TrapKind.TABLE_OUT_OF_BOUNDS,
          "undefined element", TrapKind.TABLE_OUT_OF_BOUNDS,
          "uninitialized element", TrapKind.UNINITIALIZED_ELEMENT,
          "indirect call type mismatch", TrapKind.INDIRECT_CALL_TYPE_MISMATCH,
          "integer divide by zero", TrapKind.INTEGER_DIVIDE_BY_ZERO,
          "integer overflow", TrapKind.INTEGER_OVERFLOW,
          "invalid conversion to integer", TrapKind.INVALID_CONVERSION_TO_INTEGER);

  private static final String LINKED = "imports of other modules";

  /** The module that actions go to, or why there is none. */
  private sealed interface Target {
    record Running(SpecEngine.Running instance) implements Target {}

    record Skipped(String rule) implements Target {}

    record Broken(String why) implements Target {}
  }

  /** How an action ended. */
  private sealed interface End {
    record Results(long[] values) implements End {}

    record Early(CallEnd end) implements End {}
  }

  private final Path folder;
  private final JsonArray commands;
  private final SpecEngine engine;
  private final SpecTally tally = new SpecTally();
  private final Map<String, Target> named = new HashMap<>();
  private final Set<Target> registered = new HashSet<>();
  private final Set<Target> shared = new HashSet<>();
  private Target latest = new Target.Broken("there is no module yet");
  private String place = "";

  SpecScript(Path json, SpecEngine engine) throws IOException {
    this.folder = json.toAbsolutePath().getParent();
    this.commands =
        JsonParser.parseString(Files.readString(json)).getAsJsonObject().getAsJsonArray("commands");
    this.engine = engine;
  }

  SpecTally run() throws IOException {
    for (JsonElement element : commands) {
      JsonObject command = element.getAsJsonObject();
      place = folder.getFileName() + ":" + command.get("line").getAsInt();
      run(command);
    }
    return tally;
  }

  private void run(JsonObject command) throws IOException {
    String type = command.get("type").getAsString();
    switch (type) {
      case "module" -> module(command);
      case "register" -> {
        registered.add(target(command, "name"));
        tally.skip(LINKED);
      }
      case "action" -> action(command, end -> end instanceof End.Results, "returns");
      case "assert_return" -> {
        List<SpecValue> expected = values(command.getAsJsonArray("expected"));
        action(command, end -> returned(end, expected), "returns " + expected);
      }
      case "assert_trap" -> {
        Outcome trapped = new Outcome.Trapped(kind(command));
        action(command, end -> ended(end, trapped), trapped.words());
      }
      case "assert_exhaustion" -> {
        Outcome exceeded = new Outcome.LimitExceeded(LimitKind.DEPTH);
        action(command, end -> ended(end, exceeded), exceeded.words());
      }
      case "assert_invalid", "assert_malformed", "assert_unlinkable" -> refused(command);
      case "assert_uninstantiable" -> uninstantiable(command);
      default -> tally.fail(place + ": a command '" + type + "', which is not known");
    }
  }

  private static TrapKind kind(JsonObject command) {
    String text = command.get("text").getAsString();
    return TRAPS.entrySet().stream()
        .filter(entry -> text.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a trap '" + text + "' is not known"));
  }

  private static boolean returned(End end, List<SpecValue> expected) {
    if (!(end instanceof End.Results(long[] values)) || values.length != expected.size()) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      if (!expected.get(i).matches(values[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean ended(End end, Outcome outcome) {
    return end instanceof End.Early(CallEnd.Bad(Outcome actual)) && actual.equals(outcome);
  }

  private void module(JsonObject command) throws IOException {
    latest = start(command);
    switch (latest) {
      case Target.Running _ -> tally.pass();
      case Target.Skipped(String rule) -> skip(rule);
      case Target.Broken(String why) -> tally.fail(place + ": module: " + why);
    }
    if (command.has("name")) {
      named.put(command.get("name").getAsString(), latest);
    }
  }

  /** A module is not started that might have changed what it imports. */
  private void skip(String rule) {
    shared.addAll(registered);
    tally.skip(rule);
  }

  private Target start(JsonObject command) throws IOException {
    try {
      return new Target.Running(engine.load(wasm(command)).start());
    } catch (RefusedException e) {
      return SpecRule.ofProfile(e)
          .<Target>map(Target.Skipped::new)
          .orElseGet(() -> new Target.Broken("refused: " + e.reason()));
    } catch (CallEndException e) {
      return new Target.Broken("not started: " + e.end());
    }
  }

  private byte[] wasm(JsonObject command) throws IOException {
    return Files.readAllBytes(folder.resolve(command.get("filename").getAsString()));
  }

  /** A condition on how an action ended. */
  @FunctionalInterface
  private interface Expectation {
    boolean holds(End end);
  }

  private void action(JsonObject command, Expectation expectation, String expected) {
    JsonObject action = command.getAsJsonObject("action");
    Target target = target(action, "module");
    if (shared.contains(target)) {
      tally.skip(LINKED);
      return;
    }
    switch (target) {
      case Target.Skipped(String rule) -> tally.skip(rule);
      case Target.Broken(String why) ->
          tally.fail(place + ": not run, its module is broken: " + why);
      case Target.Running(SpecEngine.Running instance) -> {
        if (action.get("type").getAsString().equals("get")) {
          tally.skip("globals that the host reads");
          return;
        }
        if (!instance.isCallable(action.get("field").getAsString())) {
          tally.skip("external references of the host's");
          return;
        }
        End end = invoke(instance, action);
        if (expectation.holds(end)) {
          tally.pass();
        } else {
          tally.fail(
              "%s: %s: expected: %s; was: %s"
                  .formatted(place, words(action), expected, words(end)));
        }
      }
    }
  }

  private Target target(JsonObject naming, String key) {
    return naming.has(key) ? named.get(naming.get(key).getAsString()) : latest;
  }

  private static End invoke(SpecEngine.Running instance, JsonObject action) {
    long[] args =
        values(action.getAsJsonArray("args")).stream().mapToLong(SpecValue::bits).toArray();
    try {
      return new End.Results(instance.call(action.get("field").getAsString(), args));
    } catch (CallEndException e) {
      return new End.Early(e.end());
    } catch (RuntimeException e) {
      return new End.Early(new CallEnd.EngineFailure(e.toString()));
    }
  }

  private static String words(JsonObject action) {
    return action.get("field").getAsString() + values(action.getAsJsonArray("args"));
  }

  private static String words(End end) {
    return switch (end) {
      case End.Results(long[] values) -> "returns " + Arrays.toString(values);
      case End.Early(CallEnd early) -> early.toString();
    };
  }

  private static List<SpecValue> values(JsonArray values) {
    List<SpecValue> list = new ArrayList<>();
    for (JsonElement element : values) {
      JsonObject value = element.getAsJsonObject();
      list.add(SpecValue.of(value.get("type").getAsString(), value.get("value").getAsString()));
    }
    return list;
  }

  private void refused(JsonObject command) throws IOException {
    if (command.get("module_type").getAsString().equals("text")) {
      tally.skip("the text format");
      return;
    }
    String type = command.get("type").getAsString();
    String text = command.get("text").getAsString();
    try {
      // The rewriter itself: the engine's own checks are not what is relied on.
      Rewriter.rewrite(wasm(command));
      tally.fail(place + ": " + type + ": '" + text + "' was taken");
    } catch (RefusedException e) {
      SpecRule.ofProfile(e).ifPresentOrElse(tally::skip, tally::pass);
    }
  }

  private void uninstantiable(JsonObject command) throws IOException {
    Outcome expected = new Outcome.Trapped(kind(command));
    try {
      engine.load(wasm(command)).start();
      tally.fail(place + ": started; expected: " + expected.words());
    } catch (RefusedException e) {
      SpecRule.ofProfile(e)
          .ifPresentOrElse(this::skip, () -> tally.fail(place + ": refused: " + e.reason()));
    } catch (CallEndException e) {
      if (ended(new End.Early(e.end()), expected)) {
        tally.pass();
      } else {
        tally.fail(place + ": expected: " + expected.words() + "; was: " + e.end());
      }
    }
  }
}
