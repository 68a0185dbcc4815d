package io.banyan.node.data;

import io.banyan.schema.DataMessage.StepsReply;
import io.banyan.schema.DataMessage.StepsRequest;
import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import io.banyan.schema.ReceiptEntry;
import java.io.IOException;
import java.util.function.Consumer;

/** The entries under one lease on their way from a peer, page by page. For one thread. */
final class EvidenceFetch {
  /** What a page may take, beyond the time that any exchange has. */
  private static final long PAGE_BYTES = 2L * DataServer.PAGE_BYTES;

  private final DataClient client;
  private final PeerId peer;
  private final Digest lease;
  private final long entriesMax;
  private final Consumer<ReceiptEntry> sink;
  private final String wanted;
  private long taken;

  EvidenceFetch(
      DataClient client, PeerId peer, Digest lease, long entriesMax, Consumer<ReceiptEntry> sink) {
    this.client = client;
    this.peer = peer;
    this.lease = lease;
    this.entriesMax = entriesMax;
    this.sink = sink;
    this.wanted = "the evidence for lease " + lease.abbreviated();
  }

  /** Fetches all, and says how many there were. */
  long run() throws IOException, InterruptedException {
    Patience patience = client.patience(peer, wanted);
    while (true) {
      long before = taken;
      try {
        if (!page()) {
          return taken;
        }
        patience.progressed();
      } catch (IOException e) {
        if (taken > before) {
          patience.progressed();
        }
        patience.failed(e);
      }
    }
  }

  /** Whether there is one more page. */
  private boolean page() throws IOException, InterruptedException {
    StepsRequest request = new StepsRequest(lease, taken, StepsRequest.COUNT_MAX);
    try (Exchange exchange = client.ask(peer, wanted, PAGE_BYTES, request)) {
      if (!(exchange.reply() instanceof StepsReply reply)
          || !reply.lease().equals(lease)
          || reply.first() != taken) {
        throw exchange.broken("the reply is to another request");
      }
      if (reply.count() == 0 && reply.more()) {
        throw exchange.broken("a page of none with more behind it");
      }
      long announced = taken + reply.count() + (reply.more() ? 1 : 0);
      if (announced > entriesMax) {
        throw exchange.broken(announced + " entries or more, limit " + entriesMax);
      }
      for (int i = 0; i < reply.count(); i++) {
        ReceiptEntry entry = exchange.entry();
        taken++;
        sink.accept(entry);
      }
      exchange.requireEnd();
      return reply.more();
    }
  }
}
