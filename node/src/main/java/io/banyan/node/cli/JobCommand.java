package io.banyan.node.cli;

import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** A command about one job. */
abstract class JobCommand extends NodeCommand {
  @Parameters(paramLabel = "JOB", description = "The job's id, as submit printed it.")
  private String job = "";

  final JobId job() {
    try {
      return new JobId(Digest.parse(job));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec().commandLine(), "'" + job + "' is no job's id, which has 64 hex digits", e);
    }
  }
}
