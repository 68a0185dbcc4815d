package io.banyan.node.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpareEndsTest {
  @TempDir private Path folder;

  private static final BlobRef REF = BlobRef.of(new byte[3]);
  private static final List<JobEnding> ENDINGS =
      List.of(
          new JobEnding.Completed(new Value.Blob(REF), REF, BlobRef.of(new byte[9])),
          new JobEnding.Completed(new Value.Rope(Digest.ZERO, 3), REF, BlobRef.of(new byte[9])),
          new JobEnding.Partial(REF, "€".repeat(JobEnding.Failed.CAUSE_LENGTH_MAX)),
          new JobEnding.Failed("it was the disk"),
          new JobEnding.Cancelled(),
          new JobEnding.TimedOut());

  private static JobId job(int number) {
    return new JobId(Digest.sha256(new byte[number]));
  }

  private static JournaledJob.End end(JobEnding ending) {
    return new JournaledJob.End(ending, 1, 2, 3, 4, 5);
  }

  @Test
  void everyKindOfEndIsThereAgain() throws Exception {
    Path path = folder.resolve("ends");
    Map<JobId, JournaledJob.End> ends = new LinkedHashMap<>();
    try (SpareEnds spare = SpareEnds.open(path, ENDINGS.size())) {
      for (JobEnding ending : ENDINGS) {
        ends.put(job(ends.size()), end(ending));
        spare.put(job(ends.size() - 1), end(ending));
      }
      assertThrows(IOException.class, () -> spare.put(job(99), end(ENDINGS.getFirst())));
    }

    try (SpareEnds spare = SpareEnds.open(path, ENDINGS.size())) {
      assertEquals(ends, spare.ends());
      spare.remove(job(0));
      spare.put(job(99), end(ENDINGS.getLast()));
      ends.remove(job(0));
      ends.put(job(99), end(ENDINGS.getLast()));
      assertEquals(ends, spare.ends());
    }
  }

  @Test
  void itTakesAllItsRoomWhenItIsOpened() throws Exception {
    Path path = folder.resolve("ends");
    try (SpareEnds spare = SpareEnds.open(path, 2)) {
      long bytes = Files.size(path);
      assertEquals(2L * SpareEnds.SLOT_BYTES, bytes);

      spare.put(job(0), end(ENDINGS.get(2)));
      spare.put(job(1), end(ENDINGS.get(2)));

      assertEquals(bytes, Files.size(path));
    }
  }

  @Test
  void whatACrashCutOffIsFree() throws Exception {
    Path path = folder.resolve("ends");
    try (SpareEnds spare = SpareEnds.open(path, 1)) {
      spare.put(job(0), end(ENDINGS.getFirst()));
    }
    byte[] bytes = Files.readAllBytes(path);
    bytes[50] ^= 1;
    Files.write(path, bytes);

    try (SpareEnds spare = SpareEnds.open(path, 1)) {
      assertEquals(Map.of(), spare.ends());
      spare.put(job(1), end(ENDINGS.getLast()));
    }
  }
}
