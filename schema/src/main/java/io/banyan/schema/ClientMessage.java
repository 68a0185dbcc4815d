package io.banyan.schema;

import java.util.List;
import java.util.Optional;

/**
 * The messages of {@code /banyan/client/1}, the ComputeService for users: a stream a call, so an
 * answer needs no name. Each request says what answers it; every one may be answered by {@link
 * Refused}. Who asks is known from the connection: a job answers to its submitter and to the node's
 * owner, nobody else.
 */
public sealed interface ClientMessage extends Message
    permits ClientMessage.SubmitJob,
        ClientMessage.JobAccepted,
        ClientMessage.GetJobStatus,
        JobStatus,
        ClientMessage.Watch,
        JobEvent,
        ClientMessage.GetJobResult,
        JobResult,
        ClientMessage.CancelJob,
        Ack,
        ClientMessage.GetComputeCapacity,
        ClientMessage.SetAccepting,
        CapabilityReport,
        ClientMessage.Explain,
        ClientMessage.Explanation,
        ClientMessage.GetReceipt,
        ClientMessage.ReceiptReady,
        ClientMessage.ListJobs,
        ClientMessage.Jobs,
        ClientMessage.ListPeers,
        ClientMessage.Peers,
        ClientMessage.GetTree,
        ClientMessage.Tree,
        ClientMessage.GetLogs,
        ClientMessage.Logs,
        Refused {
  /** The most lines, jobs or peers in one answer; the rest is asked for by its first index. */
  int ROWS_MAX = 512;

  /**
   * Hands in a job; {@link JobAccepted} answers, once the node has fetched module, input and shared
   * blobs from the submitter over {@code /banyan/data/1}, with the JobId as the link.
   */
  record SubmitJob(Signed manifest) implements ClientMessage {
    public SubmitJob {
      Rules.signed("manifest", manifest, WireLimits.MANIFEST_BYTES_MAX);
    }
  }

  /**
   * The job will end in exactly one way.
   *
   * @param accepted a signed {@link Accepted}
   */
  record JobAccepted(Signed accepted) implements ClientMessage {
    public JobAccepted {
      Rules.signed("acceptance", accepted, WireLimits.ACCEPTED_BYTES_MAX);
    }
  }

  /** Answered by {@link JobStatus}. */
  record GetJobStatus(JobId job) implements ClientMessage {}

  /**
   * Answered by {@link JobEvent} after {@link JobEvent}, until the job is final.
   *
   * @param fromSequence the first event wanted; those that are no longer kept are left out
   */
  record Watch(JobId job, long fromSequence) implements ClientMessage {
    public Watch {
      Rules.atLeastZero("sequence", fromSequence);
    }
  }

  /**
   * Waits for the end. Answered by {@link JobResult}, or by {@link JobStatus} when there is none in
   * time, or never will be.
   *
   * @param timeoutMillis how long to wait; 0 is not at all
   */
  record GetJobResult(JobId job, long timeoutMillis) implements ClientMessage {
    public GetJobResult {
      Rules.range("timeout in ms", timeoutMillis, 0, Budget.TIME_MILLIS_MAX);
    }
  }

  /**
   * Ends a job; {@link Ack} answers.
   *
   * @param cancel a signed {@link Cancel} whose link is the JobId
   */
  record CancelJob(Signed cancel) implements ClientMessage {
    public CancelJob {
      Rules.signed("cancel", cancel, WireLimits.CANCEL_BYTES_MAX);
    }
  }

  /** Answered by {@link CapabilityReport}. */
  record GetComputeCapacity() implements ClientMessage {}

  /**
   * Answered by {@link CapabilityReport}. Its owner alone may ask a node for it.
   *
   * @param accepting whether the node takes new work from now on
   */
  record SetAccepting(boolean accepting) implements ClientMessage {}

  /**
   * Answered by {@link Explanation}.
   *
   * @param node the plan node in question, or nothing for all of the job
   * @param firstLine how many lines to skip
   */
  record Explain(JobId job, Optional<PlanNode> node, int firstLine) implements ClientMessage {
    public Explain {
      Rules.atLeastZero("first line", firstLine);
    }
  }

  /**
   * Why things ran where they ran.
   *
   * @param more whether there are lines behind these
   */
  record Explanation(List<DecisionLine> lines, boolean more) implements ClientMessage {
    public Explanation {
      lines = Rules.list("decision lines", lines, ROWS_MAX);
    }
  }

  /**
   * Answered by {@link Tree}.
   *
   * @param firstLine how many lines to skip
   */
  record GetTree(JobId job, int firstLine) implements ClientMessage {
    public GetTree {
      Rules.atLeastZero("first line", firstLine);
    }
  }

  /**
   * Who holds which plan node of a job: the entry node's line first, each line before those that
   * its peer lent.
   *
   * @param more whether there are lines behind these
   */
  record Tree(List<TreeLine> lines, boolean more) implements ClientMessage {
    public Tree {
      lines = Rules.list("lines of a tree", lines, ROWS_MAX);
    }
  }

  /**
   * Answered by {@link Logs}.
   *
   * @param node the plan node in question, or nothing for all of the job
   * @param firstLine how many lines to skip
   */
  record GetLogs(JobId job, Optional<PlanNode> node, int firstLine) implements ClientMessage {
    public GetLogs {
      Rules.atLeastZero("first line", firstLine);
    }
  }

  /**
   * What guests logged, as far as it was kept.
   *
   * @param more whether there are lines behind these
   * @param cut lines of the job that were not kept
   */
  record Logs(List<LoggedLine> lines, boolean more, long cut) implements ClientMessage {
    public Logs {
      lines = Rules.list("logged lines", lines, ROWS_MAX);
      Rules.atLeastZero("lines that were cut", cut);
    }
  }

  /** Answered by {@link ReceiptReady}. */
  record GetReceipt(JobId job) implements ClientMessage {}

  /**
   * The job receipt is a blob, to be fetched over {@code /banyan/data/1}.
   *
   * @param receipt its name
   */
  record ReceiptReady(JobId job, BlobRef receipt) implements ClientMessage {}

  /**
   * Answered by {@link Jobs}.
   *
   * @param first how many jobs to skip
   */
  record ListJobs(int first) implements ClientMessage {
    public ListJobs {
      Rules.atLeastZero("first job", first);
    }
  }

  /**
   * Jobs, the newest first.
   *
   * @param more whether there are jobs behind these
   */
  record Jobs(List<JobSummary> jobs, boolean more) implements ClientMessage {
    public Jobs {
      jobs = Rules.list("jobs", jobs, ROWS_MAX);
    }
  }

  /**
   * Answered by {@link Peers}.
   *
   * @param first how many peers to skip
   */
  record ListPeers(int first) implements ClientMessage {
    public ListPeers {
      Rules.atLeastZero("first peer", first);
    }
  }

  /**
   * Peers, by id.
   *
   * @param more whether there are peers behind these
   */
  record Peers(List<PeerSummary> peers, boolean more) implements ClientMessage {
    public Peers {
      peers = Rules.list("peers", peers, ROWS_MAX);
    }
  }
}
