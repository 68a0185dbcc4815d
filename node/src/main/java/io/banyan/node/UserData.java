package io.banyan.node;

import io.banyan.node.data.BytesSource;
import io.banyan.node.data.Connections;
import io.banyan.node.data.Content;
import io.banyan.node.data.DataClient;
import io.banyan.node.data.DataServer;
import io.banyan.node.data.EvidenceCursor;
import io.banyan.node.data.Links.Lookup;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TreeCache;
import io.banyan.node.data.WholeSource;
import io.banyan.p2p.Host;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.RangeProof;
import io.banyan.schema.Value;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * A user's side of {@code /banyan/data/1}, on one host: the node fetches from it what a job is made
 * of, and it fetches what came of jobs.
 *
 * <p>Safe for any thread.
 */
public final class UserData implements BlobFetch, AutoCloseable {
  private final DataClient client;
  private final DataServer server;
  private final TreeCache trees = new TreeCache();
  private volatile Optional<Offered> offered = Optional.empty(); // set by the user, read by streams

  /** What one peer may have under one link. */
  private record Offered(Digest link, PeerId peer, Map<Digest, RangeSource> blobs)
      implements Content {
    @Override
    public Optional<RangeSource> blob(BlobRef ref) {
      return Optional.ofNullable(blobs.get(ref.digest())).filter(held -> held.ref().equals(ref));
    }

    @Override
    public Optional<List<Named>> rope(Value.Rope rope) {
      return Optional.empty();
    }

    @Override
    public Optional<EvidenceCursor> evidence(long skipped) {
      return Optional.empty();
    }
  }

  /** Serves and fetches on {@code host} from now on. */
  public UserData(Host host) {
    this.client = new DataClient(host, Connections.of(host));
    this.server = new DataServer(this::find);
    host.handle(DataServer.PROTOCOL, DataServer.STREAMS_PER_PEER_MAX, server);
  }

  private Lookup find(Digest link, PeerId asker) {
    Offered now = offered.orElse(null);
    if (now == null || !now.link().equals(link)) {
      return new Lookup.NotFound();
    }
    return now.peer().equals(asker) ? new Lookup.Found(now) : new Lookup.NotAllowed();
  }

  /**
   * Lets {@code peer}, and nobody else, have what {@code job} is made of; in the place of what was
   * offered before.
   *
   * @param module its bytes
   * @param progress is told how many bytes were sent so far
   */
  void offer(PreparedJob job, byte[] module, PeerId peer, LongConsumer progress) {
    Map<Digest, RangeSource> blobs = new TreeMap<>();
    AtomicLong sent = new AtomicLong();
    LongConsumer count = bytes -> progress.accept(sent.addAndGet(bytes));
    JobDraft draft = job.draft();
    add(blobs, new BytesSource(draft.manifest().module(), module, trees), count);
    for (int i = 0; i < draft.manifest().shared().size(); i++) {
      byte[] bytes = draft.configuration().shared().get(i);
      add(blobs, new BytesSource(draft.manifest().shared().get(i), bytes, trees), count);
    }
    if (draft.input().isPresent() && draft.inputTree().isPresent()) {
      add(blobs, new WholeSource(draft.inputTree().get(), draft.input().get()), count);
    }
    offered = Optional.of(new Offered(job.id().digest(), peer, blobs));
  }

  private static void add(Map<Digest, RangeSource> blobs, RangeSource source, LongConsumer count) {
    blobs.put(source.ref().digest(), new Counted(source, count));
  }

  /** A blob that says what is read of it. */
  private record Counted(RangeSource source, LongConsumer count) implements RangeSource {
    @Override
    public BlobRef ref() {
      return source.ref();
    }

    @Override
    public boolean holds(long firstBlock, long endBlock) {
      return source.holds(firstBlock, endBlock);
    }

    @Override
    public RangeProof prove(long firstBlock, long endBlock) {
      return source.prove(firstBlock, endBlock);
    }

    @Override
    public void read(long from, byte[] into, int offset, int bytes) throws IOException {
      source.read(from, into, offset, bytes);
      count.accept(bytes);
    }
  }

  @Override
  public void fetch(PeerId peer, Digest link, BlobRef ref, Sink to)
      throws IOException, InterruptedException {
    BlobFetch.over(client).fetch(peer, link, ref, to);
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
