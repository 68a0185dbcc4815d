package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.KeyFile;
import io.banyan.p2p.Multiaddr;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that speaks with a node. */
abstract class NodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @ParentCommand private Banyan banyan;

  @Option(
      names = "--node",
      required = true,
      paramLabel = "ADDR",
      description = "The node: /ip4/HOST/tcp/PORT/p2p/PEER, as its ready file has it.")
  private String node = "";

  @Option(names = "--key", paramLabel = "FILE", description = "Be another one than your own key.")
  private @Nullable Path key;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** What it does once it is connected; the exit code. */
  abstract ExitCode call(ClientConnection connection, Output out)
      throws IOException, CommandException, InterruptedException;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    try (ClientConnection connection = connect(user())) {
      return call(connection, out()).number();
    }
  }

  final Identity user() throws IOException, CommandException {
    return key == null ? KeyFile.readOrCreate(KeyFile.defaultPath()) : KeyFile.read(key);
  }

  final ClientConnection connect(Identity user) throws CommandException, InterruptedException {
    return ClientConnection.open(banyan.dialer(), user, address(), ClientConnection.Pause.SLEEP);
  }

  final Multiaddr address() {
    try {
      return Multiaddr.parse(node);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--node: " + e.getMessage(), e);
    }
  }

  final Output out() {
    return new Output(spec);
  }

  final CommandSpec spec() {
    return spec;
  }

  final boolean json() {
    return json;
  }
}
