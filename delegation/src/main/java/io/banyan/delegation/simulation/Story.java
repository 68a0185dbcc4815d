package io.banyan.delegation.simulation;

import io.banyan.delegation.Command;
import io.banyan.delegation.Event;
import io.banyan.delegation.Task;
import io.banyan.schema.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What happened, in order: the last of it in words for whoever reads of a failure, all of it in one
 * hash for whoever compares two runs.
 *
 * <p>Confined to the thread that simulates.
 */
final class Story {
  private static final int LAST_MAX = 120;
  private static final int WORDS_MAX = 300; // of one line

  private final Agenda agenda;
  private final boolean whole;
  private final Deque<Entry> last = new ArrayDeque<>();
  private Digest digest = Digest.ZERO;
  private long count;

  /** Something that happened; its words are made when somebody wants to read them. */
  private sealed interface Entry {
    record Told(long nanos, int node, Event event, List<Command> commands) implements Entry {}

    record Noted(long nanos, List<Object> said) implements Entry {}

    default String words() {
      return switch (this) {
        case Told(long nanos, int node, Event event, List<Command> commands) ->
            stamp(nanos)
                + "node "
                + node
                + " is told "
                + words(event)
                + commands.stream()
                    .map(command -> cut("\n      " + command))
                    .collect(Collectors.joining());
        case Noted(long nanos, List<Object> said) ->
            stamp(nanos) + said.stream().map(Object::toString).collect(Collectors.joining());
      };
    }

    /** Not all of a task: the cuts of its input have no words. */
    private static String words(Event event) {
      return event instanceof Event.Begun(Task task)
          ? "Begun[" + task.link() + ", " + task.node() + ", " + task.grant() + "]"
          : event.toString();
    }

    private static String stamp(long nanos) {
      return "%,d µs: ".formatted(nanos / 1000);
    }

    private static String cut(String line) {
      return line.length() > WORDS_MAX ? line.substring(0, WORDS_MAX) + "…" : line;
    }
  }

  /** {@code whole}: every word goes into the hash, which takes time; else there is none. */
  Story(Agenda agenda, boolean whole) {
    this.agenda = agenda;
    this.whole = whole;
  }

  /** A node was told something, and said what is to be done. */
  void told(int node, Event event, List<Command> commands) {
    count++;
    if (!commands.isEmpty() || whole || !(event instanceof Event.PeerHeard)) {
      add(new Entry.Told(agenda.nowNanos(), node, event, commands));
    }
  }

  /** Something went wrong, or came to an end. */
  void note(Object... words) {
    add(new Entry.Noted(agenda.nowNanos(), new ArrayList<>(Arrays.asList(words))));
  }

  private void add(Entry entry) {
    if (whole) {
      byte[] words = entry.words().getBytes(StandardCharsets.UTF_8);
      digest = Digest.sha256(digest.bytes(), words);
    }
    last.addLast(entry);
    if (last.size() > LAST_MAX) {
      last.removeFirst();
    }
  }

  /** How often a node was told something. */
  long count() {
    return count;
  }

  /** Over every word, if the story is whole. */
  Digest digest() {
    return digest;
  }

  /** The last things that happened, oldest first. */
  List<String> lines() {
    return last.stream().map(Entry::words).toList();
  }
}
