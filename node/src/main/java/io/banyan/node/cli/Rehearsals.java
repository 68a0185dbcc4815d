package io.banyan.node.cli;

import com.google.gson.JsonObject;
import io.banyan.delegation.Delegator;
import io.banyan.node.Rehearsal;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rehearsal of a command's job, if there is one: told to its user as soon as it is over.
 *
 * <p>Confined to the command's thread.
 */
final class Rehearsals {
  private final int workers;
  private final long leafFuel;
  private final Consumer<String> say;
  private @Nullable Rehearsal rehearsal;

  /**
   * None so far.
   *
   * @param workers of this machine, for what is expected
   * @param leafFuel that a call may use
   */
  Rehearsals(int workers, long leafFuel, Consumer<String> say) {
    this.workers = workers;
    this.leafFuel = leafFuel;
    this.say = say;
  }

  void told(Rehearsal now) {
    rehearsal = now;
    now.lines(workers, leafFuel).forEach(say);
  }

  /** How fast a worker of this machine is, as far as is known. */
  double fuelPerSecond() {
    return Optional.ofNullable(rehearsal).map(Rehearsal::fuelPerSecond).stream()
        .flatMapToDouble(speed -> speed.stream())
        .findFirst()
        .orElse(Delegator.Settings.FUEL_PER_SECOND_GUESS);
  }

  /** {@code json}, with what the rehearsal came to. */
  JsonObject within(JsonObject json) {
    if (rehearsal != null) {
      json.add("rehearsal", rehearsal.json(workers));
    }
    return json;
  }
}
