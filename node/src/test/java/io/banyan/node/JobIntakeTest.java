package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.node.journal.JobDirectory;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Manifest;
import io.banyan.schema.Refused.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobIntakeTest {
  @TempDir private Path folder;

  private Refusal refusal(AtomicInteger tidied) throws Exception {
    PreparedJob job =
        new TestingRun(folder)
            .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), new byte[4], "bytes", 1)
            .sign(TestingRun.identity(1));
    BlobFetch fetch =
        (_, _, _, _) -> {
          throw new IOException("there is room");
        };
    return assertThrows(
        Refusal.class,
        () ->
            new JobIntake(TestingRun.SANDBOX)
                .take(
                    job.signed(),
                    withShared(job.draft().manifest(), 1L << 60),
                    fetch,
                    TestingRun.identity(1).publicKey().peerId(),
                    new JobDirectory(folder),
                    tidied::incrementAndGet));
  }

  private static Manifest withShared(Manifest manifest, long bytes) {
    return new Manifest(
        manifest.profile(),
        manifest.token(),
        manifest.createdMillis(),
        manifest.endMillis(),
        manifest.entry(),
        manifest.module(),
        manifest.input(),
        manifest.params(),
        List.of(new BlobRef(Digest.ZERO, bytes)),
        manifest.splitRule(),
        manifest.chunkBytes(),
        manifest.limits(),
        manifest.budget(),
        manifest.retries(),
        manifest.verification(),
        manifest.routing(),
        manifest.partialPermille(),
        manifest.memo(),
        manifest.operationWeight());
  }

  @Test
  void whatIsKeptNoLongerIsClearedAwayBeforeAJobIsRefusedForItsRoom() throws Exception {
    AtomicInteger tidied = new AtomicInteger();

    assertEquals(Code.NO_SPACE, refusal(tidied).refused().code());

    assertEquals(1, tidied.get());
  }
}
