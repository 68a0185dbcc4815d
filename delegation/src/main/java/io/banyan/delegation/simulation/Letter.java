package io.banyan.delegation.simulation;

import io.banyan.delegation.LeaseFailure;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.Receipt;
import io.banyan.schema.TaskMessage;
import java.util.List;

/** What virtual nodes say to each other: the task messages, before they are signed and encoded. */
sealed interface Letter {
  /** The first one on a connection: what the sender can do. */
  record Hello(int workers, long fuelPerSecond) implements Letter {}

  /**
   * The sender lives.
   *
   * @param leases that it holds of the receiver's
   */
  record Beat(long sequence, int freeWorkers, List<Progress> leases) implements Letter {}

  /** How many leaves of a lease are done. */
  record Progress(Digest link, long leavesDone) {}

  /**
   * A lease is offered.
   *
   * @param link its name
   * @param chain from the entry node's down to it
   */
  record Offer(Digest link, List<Lease> chain) implements Letter {
    Lease lease() {
      return chain.getLast();
    }
  }

  record Reply(Digest link, LeaseReply.Answer answer) implements Letter {}

  /** The work is done; what the receipt stands for is fetched from whoever sent it. */
  record Result(Digest link, Receipt receipt) implements Letter {}

  /** The sender gives a lease back. */
  record Gone(Digest link, LeaseFailure failure) implements Letter {}

  record Cancel(Digest link, String reason) implements Letter {}

  /** What was finished for a lender that is lost; it may be lent to the sender. */
  record Orphan(JobId job, List<TaskMessage.Finished> finished) implements Letter {}

  /** The result under {@code link} need not be sent again. */
  record Acked(Digest link) implements Letter {}
}
