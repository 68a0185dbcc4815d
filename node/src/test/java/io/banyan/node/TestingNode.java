package io.banyan.node;

import io.banyan.node.data.Connections;
import io.banyan.node.data.DataClient;
import io.banyan.node.data.DataServer;
import io.banyan.node.data.TestingHost;
import io.banyan.node.data.TestingHosts;
import io.banyan.node.journal.Retention;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All of a node that users speak with, on a host in memory, over a driver that a test holds. */
public final class TestingNode implements AutoCloseable {
  public final TestingHost host;
  public final TestingDriver driver;
  public final JobBook book;
  public final ClientService service;

  /** Who was refused what. */
  public final Map<Refused, Queue<PeerId>> refused = new ConcurrentHashMap<>();

  private final DataClient client;
  private final DataServer server;

  public TestingNode(TestingHosts hosts, Identity node, PublicKey owner, Allow allow, Path folder)
      throws IOException {
    this(hosts, node, owner, allow, folder, InstantSource.system());
  }

  public TestingNode(
      TestingHosts hosts,
      Identity node,
      PublicKey owner,
      Allow allow,
      Path folder,
      InstantSource clock)
      throws IOException {
    Path scratch = Files.createDirectories(folder.resolve("scratch"));
    host = hosts.host(node.publicKey().peerId());
    driver = new TestingDriver(node, scratch);
    book = JobBook.open(folder.resolve("data"), Retention.DEFAULT, clock, _ -> {});
    driver.tell(book);
    Admission admission = new Admission(allow, owner, node.publicKey());
    client = new DataClient(host, Connections.of(host));
    server = new DataServer(new JobLinks(book, admission), this::refused);
    service =
        new ClientService(
            book, driver, node, admission, client, TestingRun.SANDBOX, clock, this::refused);
    host.handle(DataServer.PROTOCOL, DataServer.STREAMS_PER_PEER_MAX, server);
    host.handle(ClientService.PROTOCOL, ClientService.STREAMS_PER_PEER_MAX, service);
  }

  private void refused(Refused what, PeerId peer) {
    refused.computeIfAbsent(what, _ -> new ConcurrentLinkedQueue<>()).add(peer);
  }

  public Multiaddr address() {
    return host.addresses().getFirst();
  }

  public static Identity identity(int number) {
    return TestingRun.identity(number);
  }

  @Override
  public void close() throws IOException {
    host.close();
    server.close();
    client.close();
    driver.close();
    book.close();
  }
}
