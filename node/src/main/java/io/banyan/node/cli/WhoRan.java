package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.schema.PeerId;
import io.banyan.trust.Attribution;
import java.util.List;
import java.util.stream.Collectors;

/** Who ran what of a job, as the signatures in its receipt show it. */
final class WhoRan {
  /** Names of 52 letters: a screen of them. {@code --json} has all. */
  private static final int SHOWN_MAX = 16;

  private final Attribution attribution;

  WhoRan(Attribution attribution) {
    this.attribution = attribution;
  }

  /** Peers beside the one who signed for the whole. */
  private int peers() {
    return attribution.shares().size() - 1;
  }

  /** Says it, if anything was lent at all. */
  void show(Output out) {
    if (attribution.leases() == 0) {
      return;
    }
    out.data(
        "lent      "
            + attribution.leases()
            + " leases, "
            + attribution.receipts()
            + " answered with a receipt by "
            + peers()
            + " peers, "
            + attribution.failures()
            + " with a failure; depth "
            + attribution.depth());
    out.data(
        "deepest   "
            + attribution.deepest().stream()
                .map(PeerId::toString)
                .collect(Collectors.joining(" > ")));
    List<Attribution.Share> shares = attribution.shares();
    for (Attribution.Share share : shares.subList(0, Math.min(SHOWN_MAX, shares.size()))) {
      out.data("ran       " + share.ran() + " leaves, lent " + share.lent() + ": " + share.peer());
    }
    if (shares.size() > SHOWN_MAX) {
      out.data("          and " + (shares.size() - SHOWN_MAX) + " more peers (--json)");
    }
  }

  void addTo(JsonObject json) {
    json.addProperty("leases", attribution.leases());
    json.addProperty("leasesAnswered", attribution.receipts());
    json.addProperty("leasesFailed", attribution.failures());
    json.addProperty("peers", peers());
    json.addProperty("depth", attribution.depth());
    JsonArray deepest = new JsonArray();
    attribution.deepest().forEach(peer -> deepest.add(peer.toString()));
    json.add("deepest", deepest);
    JsonArray shares = new JsonArray();
    for (Attribution.Share share : attribution.shares()) {
      JsonObject one = new JsonObject();
      one.addProperty("peer", share.peer().toString());
      one.addProperty("ran", share.ran());
      one.addProperty("lent", share.lent());
      shares.add(one);
    }
    json.add("leavesByPeer", shares);
  }
}
