package io.banyan.delegation;

import io.banyan.schema.DecisionLine;
import java.util.List;

/**
 * Whether a node lends parts of a task, or runs what remains of it alone.
 *
 * @param thresholdSeconds a task whose score is not above it is not worth a network
 */
record Decider(int workers, double thresholdSeconds) {
  /** The role for {@code state}, whose weight is known, among {@code peers}. */
  Decision decide(TaskState state, TaskState.Weight weight, List<Peer> peers) {
    ComplexityScore score =
        new ComplexityScore(
            state.walk.total(), weight.cost().weight(), weight.cost().fuelPerSecond() * workers);
    Forecast forecast =
        state
            .prices()
            .map(prices -> Forecast.of((double) state.walk.remaining(), prices, workers, peers))
            .orElse(new Forecast(0, 0));
    Decision.Reason reason = reason(state, score, forecast, peers);
    return new Decision(
        state.task.link(),
        state.task.node(),
        score,
        weight.source(),
        weight.isSpeedMeasured(),
        thresholdSeconds,
        reason == Decision.Reason.SOONER ? DecisionLine.Role.MANAGER : DecisionLine.Role.WORKER,
        reason,
        forecast.aloneSeconds(),
        peers.isEmpty() ? 0 : forecast.togetherSeconds(),
        peers.size());
  }

  private Decision.Reason reason(
      TaskState state, ComplexityScore score, Forecast forecast, List<Peer> peers) {
    if (!(score.seconds() > thresholdSeconds)) {
      return Decision.Reason.BELOW_THRESHOLD;
    }
    if (peers.isEmpty()) {
      return Decision.Reason.NO_PEERS;
    }
    if (state.task.grant().hops() == 0) {
      return Decision.Reason.NO_HOPS;
    }
    if (state.task.tries() == 0) {
      return Decision.Reason.NO_TRIES;
    }
    if (!(forecast.aloneSeconds() > thresholdSeconds)) {
      return Decision.Reason.BELOW_THRESHOLD;
    }
    if (!forecast.isSooner()) {
      return Decision.Reason.NOT_SOONER;
    }
    if (state.isStarved() || !state.hasRoom(0)) {
      return Decision.Reason.NO_BUDGET;
    }
    return Decision.Reason.SOONER;
  }
}
