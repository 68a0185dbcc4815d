package io.banyan.schema;

/**
 * What a lender, or a submitter, signs to end a link and all below it. Saying it twice is harmless.
 *
 * @param link digest of the lease that is ended; the JobId for the whole job
 * @param reason a sentence for people
 */
public record Cancel(Digest link, String reason) {
  public Cancel {
    Rules.sentence("reason", reason);
  }
}
