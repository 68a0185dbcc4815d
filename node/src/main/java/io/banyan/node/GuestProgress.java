package io.banyan.node;

import io.banyan.delegation.PlannedCall;
import io.banyan.schema.GuestFunction;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;

/**
 * What guests say of the leaves that are being run here: how far each of them is. It is their word,
 * and only tells people how long it may still take.
 *
 * <p>Safe for any thread. There are as many figures as calls that run.
 */
final class GuestProgress {
  private final Map<PlannedCall, Integer> permille = new ConcurrentHashMap<>();

  /** Takes what the guest of {@code call} says, until {@link #over}. */
  IntConsumer of(PlannedCall call) {
    return call.function() == GuestFunction.EXECUTE ? now -> permille.put(call, now) : _ -> {};
  }

  /** The call has ended, however that came. */
  void over(PlannedCall call) {
    permille.remove(call);
  }

  /** How many leaves what is done of those that run comes to: less than there are of them. */
  double leaves() {
    return permille.values().stream().mapToInt(Integer::intValue).sum() / 1000.0;
  }
}
