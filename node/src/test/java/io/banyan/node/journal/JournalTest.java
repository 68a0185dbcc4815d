package io.banyan.node.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Bytes;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import io.banyan.schema.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class JournalTest {
  static final Iterable<JobEnding> ENDINGS =
      List.of(
          new JobEnding.Completed(new Value.Blob(blob(5, 77)), blob(5, 77), blob(6, 123)),
          new JobEnding.Completed(new Value.Rope(digest(7), 99), blob(8, 99), blob(9, 1)),
          new JobEnding.Partial(blob(8, 99), "its time was over"),
          new JobEnding.Failed("execute of plan node 3 trapped: unreachable"),
          new JobEnding.Cancelled(),
          new JobEnding.TimedOut());

  @TempDir private Path folder;

  private static Digest digest(int seed) {
    return Digest.sha256(new byte[] {(byte) seed});
  }

  private static BlobRef blob(int seed, long length) {
    return new BlobRef(digest(seed), length);
  }

  private static Signed signed(int seed, int payloadBytes) {
    byte[] payload = new byte[payloadBytes];
    payload[0] = (byte) seed;
    return new Signed(
        new PublicKey(Bytes.of(new byte[32])), Bytes.of(new byte[64]), Bytes.of(payload));
  }

  private static JournaledJob job(int seed) {
    Signed manifest = signed(seed, 1000);
    return new JournaledJob(
        JobId.of(manifest), manifest, signed(seed, 100), 1_000 + seed, Optional.empty());
  }

  private static JournaledJob.End end(JobEnding ending) {
    return new JournaledJob.End(ending, 2_000, 3_000, 4, 5, 6);
  }

  private Path path() {
    return folder.resolve("journal.db");
  }

  /** What a machine that lost its power would find: the files as they are now. */
  private Path crash() throws IOException {
    Path crashed = Files.createTempDirectory(folder, "crashed");
    for (String name : List.of("journal.db", "journal.db-wal")) {
      if (Files.exists(folder.resolve(name))) {
        Files.copy(folder.resolve(name), crashed.resolve(name));
      }
    }
    return crashed.resolve("journal.db");
  }

  @ParameterizedTest
  @FieldSource("ENDINGS")
  void endIsThereAfterItIsOpenedAgain(JobEnding ending) throws IOException {
    try (Journal journal = Journal.open(path())) {
      journal.accept(job(1));
      assertTrue(journal.end(job(1).id(), end(ending)));
    }

    try (Journal journal = Journal.open(path())) {
      JournaledJob kept = journal.jobs().getFirst();
      assertEquals(job(1).manifest(), kept.manifest());
      assertEquals(job(1).accepted(), kept.accepted());
      assertEquals(1_001, kept.acceptedMillis());
      assertEquals(Optional.of(end(ending)), kept.end());
    }
  }

  @Test
  void whatWasAcceptedOrEndedOutlivesACrash() throws IOException {
    try (Journal journal = Journal.open(path())) {
      journal.accept(job(1));
      Path afterOne = crash();
      journal.accept(job(2));
      journal.end(job(1).id(), end(new JobEnding.Cancelled()));
      Path afterAll = crash();

      try (Journal crashed = Journal.open(afterOne)) {
        assertEquals(List.of(job(1)), crashed.jobs());
      }
      try (Journal crashed = Journal.open(afterAll)) {
        assertEquals(
            List.of(job(1).id(), job(2).id()),
            crashed.jobs().stream().map(JournaledJob::id).toList());
        assertEquals(Optional.of(end(new JobEnding.Cancelled())), crashed.jobs().getFirst().end());
      }
    }
  }

  @Test
  void secondTerminalRecordChangesNothing() throws IOException {
    try (Journal journal = Journal.open(path())) {
      journal.accept(job(1));

      assertTrue(journal.end(job(1).id(), end(new JobEnding.Cancelled())));
      for (JobEnding late : ENDINGS) {
        assertFalse(journal.end(job(1).id(), end(late)));
      }

      assertEquals(Optional.of(end(new JobEnding.Cancelled())), journal.jobs().getFirst().end());
    }
  }

  @Test
  void ofManyEndsAtOnceOneDecides() throws Exception {
    try (Journal journal = Journal.open(path());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      journal.accept(job(1));
      List<Callable<Boolean>> ends =
          IntStream.range(0, 16)
              .<Callable<Boolean>>mapToObj(
                  i -> () -> journal.end(job(1).id(), end(new JobEnding.Failed("cause " + i))))
              .toList();

      int first = 0;
      for (Future<Boolean> ended : threads.invokeAll(ends)) {
        first += ended.get() ? 1 : 0;
      }

      assertEquals(1, first);
    }
  }

  @Test
  void jobThatIsNotThereHasNoEnd() throws IOException {
    try (Journal journal = Journal.open(path())) {
      assertFalse(journal.end(job(1).id(), end(new JobEnding.TimedOut())));
      assertEquals(List.of(), journal.jobs());
    }
  }

  @Test
  void forgottenJobIsGone() throws IOException {
    try (Journal journal = Journal.open(path())) {
      journal.accept(job(1));
      journal.accept(job(2));
      journal.forget(job(1).id());
      journal.forget(job(3).id());

      assertEquals(List.of(job(2)), journal.jobs());
    }
  }

  @Test
  void secondNodeOnTheSameDataIsRefused() throws IOException {
    try (Journal journal = Journal.open(path())) {
      IOException refused = assertThrows(IOException.class, () -> Journal.open(path()));

      assertEquals(
          "journal " + path() + ": another node has it open; give each node its own --data",
          refused.getMessage());
      journal.accept(job(1)); // the first one is not disturbed
    }
    try (Journal again = Journal.open(path())) {
      assertEquals(1, again.jobs().size());
      assertThrows(IOException.class, () -> Journal.open(path())); // also when it wrote nothing
    }
  }

  @Test
  void fullDiskIsASentenceAndNothingHalfWritten() throws Exception {
    try (Journal journal = Journal.open(path())) {
      journal.accept(job(1));
      journal.pragma("max_page_count = 4");
      int accepted = 1;
      IOException full = null;
      while (full == null) {
        try {
          journal.accept(job(accepted + 1));
          accepted++;
        } catch (IOException e) {
          full = e;
        }
      }

      assertEquals("journal " + path() + ": the disk is full", full.getMessage());
      assertEquals(accepted, journal.jobs().size());
      journal.pragma("max_page_count = 1000");
      journal.accept(job(accepted + 1)); // there is room again
      assertEquals(accepted + 1, journal.jobs().size());
    }
  }

  @Test
  void readOnlyJournalIsASentence() throws Exception {
    try (Journal journal = Journal.open(path())) {
      journal.pragma("query_only = 1");

      IOException refused = assertThrows(IOException.class, () -> journal.accept(job(1)));

      assertEquals("journal " + path() + ": it is read only", refused.getMessage());
    }
  }

  @Test
  void placeThatCannotBeAFileIsASentence() throws IOException {
    Files.createDirectory(path());

    IOException refused = assertThrows(IOException.class, () -> Journal.open(path()));

    assertEquals(
        "journal " + path() + ": it cannot be opened; look at --data", refused.getMessage());
  }

  @Test
  void fileThatIsNoDatabaseIsLeftAlone() throws IOException {
    byte[] content = "x".repeat(5000).getBytes(StandardCharsets.US_ASCII);
    Files.write(path(), content);

    IOException refused = assertThrows(IOException.class, () -> Journal.open(path()));

    assertEquals("journal " + path() + ": it is damaged, or no journal", refused.getMessage());
    assertEquals(5000, Files.size(path()));
  }

  @Test
  void databaseOfAnotherProgramIsLeftAlone() throws Exception {
    try (var other = DriverManager.getConnection("jdbc:sqlite:" + path());
        var statement = other.createStatement()) {
      statement.execute("CREATE TABLE mine (x)");
    }

    IOException refused = assertThrows(IOException.class, () -> Journal.open(path()));

    assertEquals("journal " + path() + " is a database of another program", refused.getMessage());
  }

  @Test
  void journalOfALaterBuildIsLeftAlone() throws Exception {
    try (Journal journal = Journal.open(path())) {
      journal.pragma("user_version = 2");
    }

    IOException refused = assertThrows(IOException.class, () -> Journal.open(path()));

    assertEquals("journal " + path() + " has version 2, this build knows 1", refused.getMessage());
  }
}
