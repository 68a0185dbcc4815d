package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.PeerSummary;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code banyan peers}. */
@Command(name = "peers", description = "Lists the peers that a node knows.", sortOptions = false)
final class PeersCommand extends NodeCommand {
  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    List<PeerSummary> peers = connection.peers();
    if (json()) {
      out.json(NodeJson.peers(peers));
    } else if (peers.isEmpty()) {
      out.say("no peers");
    } else {
      peers.stream().map(NodeText::peer).forEach(out::data);
    }
    return ExitCode.OK;
  }
}
