package io.banyan.delegation;

import java.util.ArrayList;
import java.util.List;

/**
 * The commands that one event comes to, in the order in which they were decided.
 *
 * <p>Confined to the driver thread.
 */
final class Outbox {
  private List<Command> commands = new ArrayList<>();

  void add(Command command) {
    commands.add(command);
  }

  /** What was decided since the last call. */
  List<Command> drain() {
    List<Command> decided = commands;
    commands = new ArrayList<>();
    return decided;
  }
}
