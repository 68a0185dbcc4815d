package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.delegation.simulation.Measured;
import io.banyan.delegation.simulation.Workload;
import java.util.List;

/** What simulations came to, for people and for programs. */
final class SimulationText {
  private SimulationText() {}

  static List<String> lines(SimulatedRun run) {
    Measured measured = run.measured();
    Workload workload = measured.workload();
    return List.of(
        "%,d nodes, depth %d, %,d leaves, seed %d: %s%s"
            .formatted(
                workload.nodes(),
                measured.depth(),
                workload.leaves(),
                workload.seed(),
                measured.end(),
                measured.right() ? ", as one node alone" : ", NOT as one node alone"),
        "  makespan %.1f s, bound %.1f s, ratio %.3f"
            .formatted(measured.makespanSeconds(), measured.boundSeconds(), measured.ratio()),
        "  %.2f messages a leaf, %,d leases, %,d leaves executed, %,d crashes"
            .formatted(
                measured.messagesPerLeaf(),
                measured.leases(),
                measured.leaves(),
                measured.crashes()),
        "  at most %,d things kept track of by one node".formatted(measured.mostOfOneNode()),
        "  %,d events in %.1f s: %,.0f a second"
            .formatted(measured.events(), run.seconds(), run.eventsPerSecond()));
  }

  static JsonArray json(List<SimulatedRun> runs) {
    JsonArray array = new JsonArray();
    runs.forEach(run -> array.add(json(run)));
    return array;
  }

  private static JsonObject json(SimulatedRun run) {
    Measured measured = run.measured();
    Workload workload = measured.workload();
    JsonObject options = new JsonObject();
    options.addProperty("seed", workload.seed());
    options.addProperty("nodes", workload.nodes());
    options.addProperty("workers", workload.workers());
    options.addProperty("leaves", workload.leaves());
    options.addProperty("leafSeconds", workload.leafSeconds());
    options.addProperty("spread", workload.spread());
    options.addProperty("slowest", workload.slowest());
    options.addProperty("fastest", workload.fastest());
    options.addProperty("fanOut", workload.fanOut());
    options.addProperty("churnPercentPerMinute", workload.churnPercent());
    options.addProperty("lossPercent", workload.lossPercent());
    options.addProperty("latencyMillis", workload.latencyMillis());
    JsonObject json = new JsonObject();
    json.add("options", options);
    json.addProperty("end", measured.end());
    json.addProperty("right", measured.right());
    json.addProperty("makespanSeconds", measured.makespanSeconds());
    json.addProperty("boundSeconds", measured.boundSeconds());
    json.addProperty("ratio", measured.ratio());
    json.addProperty("depth", measured.depth());
    json.addProperty("messages", measured.letters());
    json.addProperty("heartbeats", measured.beats());
    json.addProperty("fetches", measured.fetches());
    json.addProperty("messagesPerLeaf", measured.messagesPerLeaf());
    json.addProperty("leavesExecuted", measured.leaves());
    json.addProperty("leases", measured.leases());
    json.addProperty("crashes", measured.crashes());
    json.addProperty("mostOfOneNode", measured.mostOfOneNode());
    json.addProperty("events", measured.events());
    json.addProperty("seconds", run.seconds());
    json.addProperty("eventsPerSecond", run.eventsPerSecond());
    return json;
  }

  static JsonObject trials(long seed, int seeds, int found) {
    JsonObject json = new JsonObject();
    json.addProperty("seed", seed);
    json.addProperty("seeds", seeds);
    json.addProperty("findings", found);
    return json;
  }
}
