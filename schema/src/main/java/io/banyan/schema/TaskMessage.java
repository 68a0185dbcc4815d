package io.banyan.schema;

import java.util.List;

/**
 * The messages of {@code /banyan/task/1}, between nodes. Each pair has one long-lived stream each
 * way; answers name what they answer by the lease's digest, and an answer nobody waits for is
 * normal.
 */
public sealed interface TaskMessage extends Message
    permits CapabilityReport,
        TaskMessage.LeaseOffer,
        LeaseReply,
        TaskMessage.Result,
        Failure,
        Heartbeat,
        TaskMessage.TaskLogs,
        TaskMessage.CancelLease,
        TaskMessage.Orphan,
        TaskMessage.ProofRequest,
        ProofReply,
        Ack {
  /**
   * Work offered, with all that entitles the child to do it.
   *
   * @param manifest the submitter's
   * @param chain the leases from the entry node's down; the last is the one offered
   */
  record LeaseOffer(Signed manifest, List<Signed> chain) implements TaskMessage {
    public LeaseOffer {
      Rules.signed("manifest", manifest, WireLimits.MANIFEST_BYTES_MAX);
      chain = Rules.list("leases in a chain", chain, 1, WireLimits.CHAIN_MAX);
      chain.forEach(lease -> Rules.signed("lease", lease, WireLimits.LEASE_BYTES_MAX));
    }

    /** The lease that is offered; its digest is its name. */
    public Signed offered() {
      return chain.getLast();
    }
  }

  /**
   * The work under a lease is done. The value and the claims are fetched over {@code
   * /banyan/data/1}.
   *
   * @param lease digest of the lease
   * @param receipt what the child signed
   */
  record Result(Digest lease, Signed receipt) implements TaskMessage {
    public Result {
      Rules.signed("receipt", receipt, WireLimits.RECEIPT_BYTES_MAX);
    }
  }

  /**
   * What guests logged below a lease; sent before its end, once, if there is anything.
   *
   * @param cut lines that were not kept
   */
  record TaskLogs(Digest lease, List<LoggedLine> lines, long cut) implements TaskMessage {
    /** What a lender is sent for one lease: enough to debug with, too little to flood with. */
    public static final int LINES_MAX = 128;

    public TaskLogs {
      lines = Rules.list("logged lines", lines, LINES_MAX);
      Rules.atLeastZero("lines that were cut", cut);
    }
  }

  /** The lender, or one further up, ends a link. */
  record CancelLease(Signed cancel) implements TaskMessage {
    public CancelLease {
      Rules.signed("cancel", cancel, WireLimits.CANCEL_BYTES_MAX);
    }
  }

  /**
   * What a child that lost its lender holds; it goes to the lender's lender or the entry node.
   *
   * @param finished plan nodes whose values can be fetched from it
   */
  record Orphan(JobId job, List<Finished> finished) implements TaskMessage {
    /** 256: a frame of 64 KiB; who holds more says so in several. */
    public static final int FINISHED_MAX = 256;

    public Orphan {
      finished = Rules.list("finished plan nodes", finished, FINISHED_MAX);
    }
  }

  /** What one plan node came to, by its key. */
  record Finished(Digest key, Value value) {
    public Finished {
      if (value instanceof Value.Empty) {
        throw new IllegalArgumentException("an empty plan node is not remembered");
      }
    }
  }

  /**
   * Asks for a claim under a lease, with its path to the execution root of the lease's receipt.
   *
   * @param lease digest of the lease
   * @param key of the plan node the call belongs to
   * @param function which of the plan node's calls
   */
  record ProofRequest(Digest lease, Digest key, GuestFunction function) implements TaskMessage {}
}
