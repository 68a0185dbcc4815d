package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.Manifest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobDraftTest {
  @TempDir private Path folder;

  @Test
  void jobIsSubmittedToTheEntryAndEndsFiveMinutesAfterItsTime() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).bytes();

    Manifest manifest =
        new TestingRun(folder)
            .draft(guest, new byte[1], "bytes", 1, TestingRun.LIMITS, 7_000)
            .manifest();

    assertEquals(TestingRun.identity(1).publicKey(), manifest.entry());
    assertEquals(307_000, manifest.endMillis() - manifest.createdMillis());
  }
}
