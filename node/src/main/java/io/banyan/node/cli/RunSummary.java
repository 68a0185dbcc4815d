package io.banyan.node.cli;

import com.google.gson.JsonObject;
import io.banyan.delegation.ComplexityScore;
import io.banyan.delegation.Decision;
import io.banyan.node.Answer;
import io.banyan.node.LocalRun;
import io.banyan.node.PreparedJob;
import io.banyan.node.Quantities;
import io.banyan.schema.JobState;
import io.banyan.schema.SplitRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a completed run came to, for people and for programs. */
final class RunSummary {
  private final PreparedJob job;
  private final Answer answer;
  private final LocalRun.Report report;

  RunSummary(PreparedJob job, Answer answer, LocalRun.Report report) {
    this.job = job;
    this.answer = answer;
    this.report = report;
  }

  private double seconds() {
    return report.wallNanos() / 1e9;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    long bytes = job.draft().manifest().input().length();
    lines.add(
        String.format(
            Locale.ROOT,
            "completed: %d leaves, %s in %s (%.1f MB/s) by %d workers, %s fuel; %.1f %% of their"
                + " time outside the guest",
            answer.leaves(),
            Quantities.bytes(bytes),
            Quantities.seconds(seconds()),
            bytes / 1e6 / seconds(),
            report.workers(),
            Quantities.fuel(answer.fuel()),
            100 * report.outsideShare()));
    report.decision().ifPresent(decision -> lines.add(scoreLine(decision)));
    lines.add("job       " + job.id());
    lines.add("input     " + answer.inputHash());
    lines.add("plan      " + answer.planHash());
    lines.add("execution " + answer.executionHash());
    lines.add("output    " + answer.outputHash() + ", " + Quantities.bytes(answer.outputBytes()));
    lines.add(
        "run wholly by this process under profile "
            + job.draft().manifest().profile().id()
            + ": nothing was audited, nothing had to be");
    return lines;
  }

  private String scoreLine(Decision decision) {
    ComplexityScore score = decision.score();
    return String.format(
        Locale.ROOT,
        "ComplexityScore %.3g s = %.0f %s × %s fuel a %s / %s fuel a second; threshold %.3g s; ran"
            + " here: %s; real %.3g s",
        score.seconds(),
        score.dataSize(),
        byIndex() ? "cells" : "bytes",
        Quantities.fuel(score.operationWeight()),
        byIndex() ? "cell" : "byte",
        Quantities.fuel(score.availableCapacity()),
        decision.thresholdSeconds(),
        decision.reason().words(),
        seconds());
  }

  private boolean byIndex() {
    return job.draft().manifest().splitRule() instanceof SplitRule.ByIndex;
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("job", job.id().toString());
    json.addProperty("state", JobState.COMPLETE.name());
    json.addProperty("profile", job.draft().manifest().profile().id());
    json.addProperty("verification", job.draft().manifest().verification().words());
    json.addProperty("split", job.draft().manifest().splitRule().words());
    json.addProperty("chunkBytes", job.draft().manifest().chunkBytes());
    json.addProperty("inputBytes", job.draft().manifest().input().length());
    json.addProperty("outputBytes", answer.outputBytes());
    json.addProperty("leaves", answer.leaves());
    json.addProperty("fuel", answer.fuel());
    json.addProperty("workers", report.workers());
    json.addProperty("seconds", seconds());
    json.addProperty("outsideGuestShare", report.outsideShare());
    JsonObject hashes = new JsonObject();
    hashes.addProperty("input", answer.inputHash().toString());
    hashes.addProperty("plan", answer.planHash().toString());
    hashes.addProperty("execution", answer.executionHash().toString());
    hashes.addProperty("output", answer.outputHash().toString());
    json.add("hashes", hashes);
    report.decision().ifPresent(decision -> json.add("decision", decision(decision)));
    return json;
  }

  private static JsonObject decision(Decision decision) {
    JsonObject json = new JsonObject();
    ComplexityScore score = decision.score();
    json.addProperty("node", decision.node().toString());
    json.addProperty("dataSize", score.dataSize());
    json.addProperty("operationWeight", score.operationWeight());
    json.addProperty("availableCapacity", score.availableCapacity());
    json.addProperty("complexityScoreSeconds", score.seconds());
    json.addProperty("thresholdSeconds", decision.thresholdSeconds());
    json.addProperty("weightSource", decision.source().name());
    json.addProperty("speedMeasured", decision.isSpeedMeasured());
    json.addProperty("reason", decision.reason().name());
    return json;
  }
}
