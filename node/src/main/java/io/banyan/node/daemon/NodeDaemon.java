package io.banyan.node.daemon;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.delegation.Delegator;
import io.banyan.node.Admission;
import io.banyan.node.Allow;
import io.banyan.node.ClientService;
import io.banyan.node.CommandException;
import io.banyan.node.Driver;
import io.banyan.node.JobBook;
import io.banyan.node.JobLinks;
import io.banyan.node.KeyFile;
import io.banyan.node.NodeSettings;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.Connections;
import io.banyan.node.data.DataClient;
import io.banyan.node.data.DataServer;
import io.banyan.node.data.Links;
import io.banyan.node.data.RefusalListener;
import io.banyan.node.data.TreeCache;
import io.banyan.node.journal.Retention;
import io.banyan.node.lease.Absorption;
import io.banyan.node.lease.Holder;
import io.banyan.node.lease.KeptFolders;
import io.banyan.node.lease.Lender;
import io.banyan.node.lease.Rejections;
import io.banyan.node.lease.Shelf;
import io.banyan.node.lease.Staging;
import io.banyan.node.lease.TaskLinks;
import io.banyan.node.lease.Whereabouts;
import io.banyan.p2p.Host;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.JobId;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import io.banyan.trust.Identity;
import io.banyan.trust.LeaseChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * A node that serves: entry node for its users' jobs, manager and worker for its peers'.
 *
 * <p>Safe for any thread.
 */
public final class NodeDaemon implements AutoCloseable {
  /**
   * Values of one job in memory: a thirty-second of the heap, of which guests have three quarters.
   */
  private static final long JOB_VALUES_SHARE = 32;

  /** Values of one lease in memory: many are held at once. */
  private static final long LEASE_VALUES_SHARE = 256;

  /** Modules and shared blobs that came from peers. */
  private static final long SHELF_SHARE = 16;

  private final Identity identity;
  private final Host host;
  private final Driver driver;
  private final JobBook book;
  private final Sandbox sandbox;
  private final TaskLinks links;
  private final Rejections rejections;
  private final Lender lender;
  private final Holder holder;
  private final EntryJobs jobs;
  private final DataServer dataServer;
  private final DataClient dataClient;

  /** Opens a node's place in the network. */
  @FunctionalInterface
  public interface HostOpening {
    /**
     * A host that is known by {@code node}'s key.
     *
     * @param listen where others find it, without a peer id
     * @throws IOException if it cannot be there
     */
    Host open(Identity node, Multiaddr listen) throws IOException;
  }

  private NodeDaemon(
      Identity identity,
      PublicKey owner,
      Host host,
      JobBook book,
      NodeSettings settings,
      Consumer<String> log)
      throws IOException {
    this.identity = identity;
    this.host = host;
    this.book = book;
    InstantSource clock = InstantSource.system();
    Allow allow = settings.allowFor(owner);
    long heap = Runtime.getRuntime().maxMemory();
    Path work = emptied(settings.data().resolve("work"));
    SandboxOptions options = SandboxOptions.forThisHeap();
    this.sandbox = new Sandbox(options);
    this.driver =
        new Driver(
            new Delegator.Settings(
                settings.workers(),
                settings.thresholdSeconds(),
                settings.placement(),
                Delegator.Settings.FUEL_PER_SECOND_GUESS,
                new SecureRandom().nextLong()));
    this.dataClient = new DataClient(host, Connections.of(host));
    PeerId self = identity.publicKey().peerId();
    RejectionLog rejectionLog = new RejectionLog(log);
    RefusalListener refusals =
        (refused, peer) -> rejectionLog.rejected(refused.code().words(), peer, refused.sentence());
    this.rejections = new Rejections(rejectionLog);
    TreeCache trees = new TreeCache();
    LeaseTree tree = new LeaseTree(self, book);
    Decisions decisions = new Decisions(book::decided);
    Later<Lender> lends = new Later<>();
    Later<Holder> held = new Later<>();
    Later<DataServer> serves = new Later<>();
    Peers peers =
        new Peers(
            host,
            settings.workers(),
            settings.labels(),
            options.memoryBudgetBytes(),
            settings.callMost(),
            driver,
            peer -> lends.get().countOf(peer),
            () -> serves.get().throughput());
    this.links =
        new TaskLinks(
            host,
            peers::own,
            (peer, sequence) ->
                new Heartbeat(sequence, driver.idleWorkers(), held.get().progress(peer)));
    Whereabouts whereabouts = new Whereabouts();
    this.lender =
        new Lender(
            identity,
            links,
            new Absorption(dataClient),
            driver::tell,
            rejections,
            tree,
            trees,
            clock,
            () -> host.addresses().stream().map(Multiaddr::toString).toList(),
            driver::foldersOf,
            whereabouts);
    lends.set(lender);
    KeptFolders kept =
        new KeptFolders(clock, Holder.ORPHAN_TTL, KeptFolders.BYTES_MAX, KeptFolders.PRUNED_EVERY);
    Staging staging =
        new Staging(
            work,
            sandbox,
            dataClient,
            new Shelf(dataClient, heap / SHELF_SHARE),
            trees,
            kept,
            heap / LEASE_VALUES_SHARE,
            manifest -> Admission.refusal(manifest, peers.own(), self),
            decisions::made);
    LeaseChain chains = new LeaseChain(self, allow::allows, Set.of(Profile.ONE));
    this.holder =
        new Holder(
            identity,
            chains,
            links,
            staging,
            driver,
            rejections,
            trees,
            kept,
            whereabouts,
            (job, link) -> {
              decisions.ended(job, link);
              tree.forget(link);
            },
            clock,
            Holder.ORPHAN_TTL);
    held.set(holder);
    this.jobs =
        new EntryJobs(
            identity,
            driver,
            sandbox,
            book,
            decisions,
            tree,
            trees,
            clock,
            heap / JOB_VALUES_SHARE,
            peers,
            accepting -> {
              peers.accept(accepting);
              holder.accept(accepting);
              links.report();
            },
            log);
    Admission admission = new Admission(allow, owner, identity.publicKey());
    ClientService clients =
        new ClientService(book, jobs, identity, admission, dataClient, sandbox, clock, refusals);
    this.dataServer =
        new DataServer(
            firstOf(List.of(new JobLinks(book, admission), lender::find, holder::find)), refusals);
    serves.set(dataServer);
    driver.start(lender);
    host.handle(ClientService.PROTOCOL, ClientService.STREAMS_PER_PEER_MAX, clients);
    host.handle(DataServer.PROTOCOL, DataServer.STREAMS_PER_PEER_MAX, dataServer);
    links.serve(new TaskInbox(driver, peers, lender, holder, rejections));
    settings.peers().forEach(host::keep);
    book.ended().forEach(jobs::remember);
    book.unfinished().forEach(jobs::resume);
  }

  /**
   * Starts a node.
   *
   * @param opening opens its host
   * @param log takes what people may want to read, a line at a time
   * @throws CommandException if its key, its data directory or its address cannot be used
   */
  public static NodeDaemon start(NodeSettings settings, HostOpening opening, Consumer<String> log)
      throws IOException, CommandException {
    JobBook book = JobBook.open(settings.data(), Retention.DEFAULT, InstantSource.system(), log);
    try {
      Identity identity = KeyFile.readOrCreate(settings.data().resolve("key"));
      PublicKey owner =
          settings.owner().isPresent()
              ? settings.owner().get()
              : KeyFile.readOrCreate(KeyFile.defaultPath()).publicKey();
      Host host = opening.open(identity, settings.listen());
      try {
        return new NodeDaemon(identity, owner, host, book, settings, log);
      } catch (IOException | RuntimeException e) {
        host.close();
        throw e;
      }
    } catch (IOException | CommandException | RuntimeException e) {
      book.close();
      throw e;
    }
  }

  private static Path emptied(Path work) throws IOException {
    if (Files.exists(work)) {
      Folders.delete(work); // what a node that was killed has left
    }
    return Files.createDirectories(work);
  }

  private static Links firstOf(List<Links> all) {
    return (link, asker) -> {
      for (Links each : all) {
        Links.Lookup found = each.find(link, asker);
        if (!(found instanceof Links.Lookup.NotFound)) {
          return found;
        }
      }
      return new Links.Lookup.NotFound();
    };
  }

  public PeerId id() {
    return identity.publicKey().peerId();
  }

  /** Where it listens. */
  public List<Multiaddr> addresses() {
    return host.addresses();
  }

  /** Says in a file, in one piece, that the node serves, and where. */
  public void writeReadyFile(Path path) throws IOException {
    JsonObject ready = new JsonObject();
    ready.addProperty("peerId", id().toString());
    JsonArray addresses = new JsonArray();
    addresses().forEach(address -> addresses.add(address.toString()));
    ready.add("addresses", addresses);
    ready.addProperty("pid", ProcessHandle.current().pid());
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.writeString(fresh, ready + "\n");
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Whether it takes new work from now on; if not, it gives back what it has not begun. */
  void accept(boolean accepting) {
    jobs.accept(accepting);
  }

  /** The nodes that this one knows. */
  List<PeerSummary> peers() {
    return jobs.peers();
  }

  /** What peers sent that was refused. */
  Rejections rejections() {
    return rejections;
  }

  /** What was refused of what peers wanted to fetch. */
  SortedMap<Refused.Code, Long> refusals() {
    return dataServer.refusals();
  }

  /** Whether nothing is under way here: no task, and no lease either way. */
  boolean isIdle() {
    return driver.tasks() == 0 && holder.count() == 0 && lender.count() == 0;
  }

  /** How many tasks are worked on here. */
  int tasks() {
    return driver.tasks();
  }

  /** Leaves of leases that did not have to be executed again here. */
  long leavesReused() {
    return holder.leavesReused();
  }

  /** The largest plan nodes that are done here under leases, of those that are held or kept. */
  Set<PlanNode> finishedUnderLeases() {
    return holder.finished();
  }

  /** The largest plan nodes of {@code job} that are done here, and rest on what was delivered. */
  Set<PlanNode> delivered(JobId job) {
    Set<PlanNode> nodes = new LinkedHashSet<>();
    for (TaskFolder folder : driver.foldersOf(job)) {
      folder
          .claims()
          .finished()
          .forEach(
              (node, what) -> {
                if (!what.receipts().isEmpty()) {
                  nodes.add(node);
                }
              });
    }
    return nodes;
  }

  /** Lets go of what is kept of leases that are over. */
  void forget() throws IOException {
    holder.forget();
  }

  /** Ends all work and all connections. Jobs that are not done go on when it starts again. */
  @Override
  public void close() {
    links.close();
    host.close();
    try {
      driver.stop();
      lender.close();
      holder.close();
      jobs.close();
      dataServer.close();
      dataClient.close();
      sandbox.close();
      book.close();
    } catch (IOException e) {
      throw new IllegalStateException("the files of the node cannot be closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
