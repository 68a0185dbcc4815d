package io.banyan.node;

import io.banyan.node.journal.JobDirectory;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.TreeLine;
import java.util.List;
import java.util.Optional;

/**
 * What the part of the node that runs jobs does for the part that speaks with users. Whatever comes
 * of a job it tells the {@link JobBook}.
 *
 * <p>Called from virtual threads; safe for any thread, and returns at once.
 */
public interface JobDriver {
  /**
   * Runs a job that is stored, synced and journaled, and whose submitter has our word for it. It
   * ends by {@link JobBook#end}, exactly once.
   *
   * @param job its input is open, and the driver's to close
   * @param folder where all that it rests on lies, and where output and receipt are to be
   */
  void begin(PreparedJob job, JobDirectory folder);

  /**
   * Stops all work for a job, whose terminal record is written already; harmless if there is none.
   *
   * @param reason a sentence for those who work on it
   */
  void cancel(JobId job, String reason);

  /**
   * Has the first of {@code jobs} of which nothing has begun end as failed, which it does soon
   * after: it makes room for what has a higher priority.
   *
   * @return which one; none if all have begun
   */
  Optional<JobId> shed(List<JobId> jobs);

  /**
   * Who holds which plan node of a job that runs, the entry node's line first, each line before
   * those that its peer lent; {@link JobStory#TREE_LINES_MAX} at most. Empty if it is not known.
   */
  List<TreeLine> tree(JobId job);

  /** What was decided here about leases of a job that was submitted to another node. */
  List<DecisionLine> decisions(JobId job);

  /** The peers known here, by id. */
  List<PeerSummary> peers();

  /** What this node can do now; its maxima are what new manifests are held to. */
  CapabilityReport capacity();
}
