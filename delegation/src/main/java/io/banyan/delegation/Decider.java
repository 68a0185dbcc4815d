package io.banyan.delegation;

import io.banyan.schema.DecisionLine;
import java.util.List;

/**
 * Whether a node lends parts of a task, or runs what remains of it alone.
 *
 * @param thresholdSeconds a task whose score is not above it is not worth a network
 */
record Decider(int workers, double thresholdSeconds) {
  /** Of the threshold, what suffices to go on lending: a role does not flip on noise. */
  static final double GOES_ON_ABOVE = 0.8;

  /**
   * The role for {@code state}, whose weight is known, among {@code peers}.
   *
   * @param narrowed whether there were more, had its submitter not ruled them out
   */
  Decision decide(TaskState state, TaskState.Weight weight, List<Peer> peers, boolean narrowed) {
    ComplexityScore score =
        new ComplexityScore(
            state.walk.total(), weight.cost().weight(), weight.cost().fuelPerSecond() * workers);
    Forecast forecast =
        state
            .prices()
            .map(prices -> Forecast.of((double) state.walk.remaining(), prices, workers, peers))
            .orElse(new Forecast(0, 0));
    Decision.Reason reason = reason(state, score, forecast, peers, narrowed);
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
      TaskState state,
      ComplexityScore score,
      Forecast forecast,
      List<Peer> peers,
      boolean narrowed) {
    boolean lends = state.isManager();
    double least = lends ? GOES_ON_ABOVE * thresholdSeconds : thresholdSeconds;
    if (!(score.seconds() > least)) {
      return Decision.Reason.BELOW_THRESHOLD;
    }
    if (peers.isEmpty()) {
      return narrowed ? Decision.Reason.NO_MATCH : Decision.Reason.NO_PEERS;
    }
    if (state.task.grant().hops() == 0) {
      return Decision.Reason.NO_HOPS;
    }
    if (state.task.tries() == 0) {
      return Decision.Reason.NO_TRIES;
    }
    if (!(forecast.aloneSeconds() > least)) {
      return Decision.Reason.BELOW_THRESHOLD;
    }
    if (!forecast.isSooner(lends)) {
      return Decision.Reason.NOT_SOONER;
    }
    if (state.isStarved() || !state.room.hasAny()) {
      return Decision.Reason.NO_BUDGET;
    }
    return Decision.Reason.SOONER;
  }
}
