package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.node.JobBook;
import io.banyan.node.Quantities;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.Receipt;
import io.banyan.schema.SplitRule;
import io.banyan.trust.Attribution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a submitted job came to, for people and for programs.
 *
 * @param seconds from handing in to the answer, as the user saw it
 * @param decisions as the node told them
 * @param attribution who signed for what of it
 */
record SubmitSummary(
    JobId job,
    Manifest manifest,
    Receipt receipt,
    double seconds,
    List<DecisionLine> decisions,
    Attribution attribution) {
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    long bytes = manifest.input().length();
    Map<PeerId, Long> ran = ran();
    lines.add(
        String.format(
            Locale.ROOT,
            "completed: %d leaves, %s in %s (%.1f MB/s) by %d %s, %s fuel",
            receipt.leaves(),
            Quantities.bytes(bytes),
            Quantities.seconds(seconds),
            bytes / 1e6 / seconds,
            ran.size(),
            ran.size() == 1 ? "peer" : "peers",
            Quantities.fuel(receipt.fuel())));
    entryDecision()
        .ifPresent(
            line -> {
              lines.add(NodeText.score(line, unit()));
              lines.add(
                  "decision  "
                      + line.role().name().toLowerCase(Locale.ROOT)
                      + ": "
                      + line.reason());
            });
    ran.forEach(
        (peer, leaves) ->
            lines.add(
                "ran       "
                    + leaves
                    + " leaves: "
                    + peer
                    + (peer.key().equals(manifest.entry()) ? ", the entry node" : "")));
    lines.addAll(hashes(job, manifest, receipt));
    lines.add(
        "the receipt holds: every call is where the plan has it, and "
            + manifest.entry()
            + " stands for them; "
            + JobBook.VERIFICATION);
    return lines;
  }

  /** The job and its four hashes. */
  static List<String> hashes(JobId job, Manifest manifest, Receipt receipt) {
    return List.of(
        "job       " + job,
        "input     " + manifest.input().digest(),
        "plan      " + receipt.key(),
        "execution " + receipt.executionRoot(),
        "output    "
            + receipt.value().named().digest()
            + ", "
            + Quantities.bytes(receipt.value().named().length()));
  }

  static JsonObject hashesJson(Manifest manifest, Receipt receipt) {
    JsonObject hashes = new JsonObject();
    hashes.addProperty("input", manifest.input().digest().toString());
    hashes.addProperty("plan", receipt.key().toString());
    hashes.addProperty("execution", receipt.executionRoot().toString());
    hashes.addProperty("output", receipt.value().named().digest().toString());
    return hashes;
  }

  private String unit() {
    return manifest.splitRule() instanceof SplitRule.ByIndex ? "cell" : "byte";
  }

  /** The last word of the entry node on the job itself. */
  private Optional<DecisionLine> entryDecision() {
    return decisions.reversed().stream()
        .filter(line -> line.link().equals(job.digest()))
        .findFirst();
  }

  /** Leaves by who signed for having run them: the receipt's evidence, not the node's word. */
  private Map<PeerId, Long> ran() {
    Map<PeerId, Long> ran = new LinkedHashMap<>();
    for (Attribution.Share share : attribution.shares()) {
      if (share.ran() > 0) {
        ran.merge(share.peer(), share.ran(), Long::sum);
      }
    }
    return ran;
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("job", job.toString());
    json.addProperty("state", JobState.COMPLETE.name());
    json.addProperty("entry", manifest.entry().toString());
    json.addProperty("profile", manifest.profile().id());
    json.addProperty("verification", JobBook.VERIFICATION);
    json.addProperty("split", manifest.splitRule().words());
    json.addProperty("chunkBytes", manifest.chunkBytes());
    json.addProperty("inputBytes", manifest.input().length());
    json.addProperty("outputBytes", receipt.value().named().length());
    json.addProperty("leaves", receipt.leaves());
    json.addProperty("fuel", receipt.fuel());
    json.addProperty("seconds", seconds);
    json.add("hashes", hashesJson(manifest, receipt));
    entryDecision().ifPresent(line -> json.add("decision", NodeJson.decision(line)));
    JsonArray peers = new JsonArray();
    ran()
        .forEach(
            (peer, leaves) -> {
              JsonObject one = new JsonObject();
              one.addProperty("peer", peer.toString());
              one.addProperty("leaves", leaves);
              peers.add(one);
            });
    json.add("ran", peers);
    json.addProperty("depth", attribution.depth());
    return json;
  }
}
