package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.NodeSettings;
import io.banyan.node.Version;
import io.banyan.node.daemon.NodeDaemon;
import io.banyan.p2p.Host;
import io.banyan.p2p.HostSettings;
import io.banyan.p2p.Hosts;
import io.banyan.p2p.Multiaddr;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code banyan node}: serves until it is told to end. */
@Command(
    name = "node",
    description = "Starts a node: it takes jobs, lends their parts to peers, and works for them.",
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private NodeOptions options;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    NodeSettings settings = options.settings();
    Output out = new Output(spec);
    NodeDaemon node =
        NodeDaemon.start(settings, ServeCommand::host, line -> out.say("banyan: " + line));
    // The process ends by a signal, SIGTERM or SIGINT, and by nothing else.
    Runtime.getRuntime().addShutdownHook(new Thread(node::close, "node-closer"));
    node.addresses().forEach(address -> out.say("banyan: listening on " + address));
    if (settings.readyFile().isPresent()) {
      node.writeReadyFile(settings.readyFile().get());
    }
    new CountDownLatch(1).await();
    throw new IllegalStateException("nobody counts that latch down");
  }

  private static Host host(Identity node, Multiaddr listen) throws IOException {
    return Hosts.open(HostSettings.of(node, Optional.of(listen), "banyan/" + Version.PRODUCT));
  }
}
