package io.banyan.node.daemon;

import io.banyan.delegation.Event;
import io.banyan.delegation.PeerProfile;
import io.banyan.node.Driver;
import io.banyan.node.lease.Holder;
import io.banyan.node.lease.Lender;
import io.banyan.node.lease.Rejections;
import io.banyan.node.lease.TaskLinks;
import io.banyan.schema.Ack;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.Failure;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.PeerId;
import io.banyan.schema.ProofReply;
import io.banyan.schema.TaskMessage;

/**
 * Hands what peers say on the task streams to whom it concerns.
 *
 * <p>Safe for any thread.
 */
record TaskInbox(Driver driver, Peers peers, Lender lender, Holder holder, Rejections rejections)
    implements TaskLinks.Inbox {
  @Override
  public void joined(PeerId peer, CapabilityReport report) {
    PeerProfile profile = peers.joined(peer, report);
    holder.joined(peer);
    driver.tell(new Event.PeerJoined(peer, profile));
  }

  @Override
  public void received(PeerId peer, TaskMessage message) {
    switch (message) {
      case CapabilityReport report -> peers.reported(peer, report);
      case Heartbeat beat -> {
        if (peers.heard(peer, beat.freeWorkers())) {
          lender.heard(peer, beat);
          peers
              .news(peer, beat.sequence())
              .ifPresent(profile -> driver.tell(new Event.PeerChanged(peer, profile)));
          driver.tell(new Event.PeerHeard(peer, beat.freeWorkers()));
        } else {
          rejections.count("heartbeat that comes too soon", peer, "number " + beat.sequence());
        }
      }
      case TaskMessage.LeaseOffer offer -> holder.received(peer, offer);
      case TaskMessage.CancelLease cancel -> holder.received(peer, cancel);
      case Ack ack -> holder.received(peer, ack);
      case LeaseReply reply -> lender.received(peer, reply);
      case TaskMessage.Result result -> lender.received(peer, result);
      case Failure failure -> lender.received(peer, failure);
      case TaskMessage.Orphan _, TaskMessage.ProofRequest _, ProofReply _ ->
          rejections.count(
              "message that this build does not serve", peer, message.getClass().getSimpleName());
    }
  }

  @Override
  public void left(PeerId peer) {
    peers.left(peer);
    holder.left(peer);
    driver.tell(new Event.PeerLeft(peer));
  }

  @Override
  public void broke(PeerId peer, String sentence) {
    rejections.count("breach of the task protocol", peer, sentence);
  }
}
