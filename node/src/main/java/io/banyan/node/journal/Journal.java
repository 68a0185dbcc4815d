package io.banyan.node.journal;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Bytes;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Signed;
import io.banyan.schema.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/**
 * The jobs that this node has accepted, and how each of them ended, in one SQLite file
 * (docs/decisions/0005). What a method has done when it returns is on the disk; what it did not do,
 * because it threw, is not there in part either. One process holds it at a time.
 *
 * <p>Safe for any thread; guarded by its own lock, which is held while the disk syncs.
 */
public final class Journal implements AutoCloseable {
  /** Raised with every change of the tables. */
  private static final int SCHEMA_VERSION = 1;

  /** "bnyn": names the file as a journal of this program (SQLite, pragma application_id). */
  private static final int APPLICATION_ID = 0x626e796e;

  private static final String TABLES =
      """
      CREATE TABLE jobs (
        id BLOB PRIMARY KEY NOT NULL,
        manifest BLOB NOT NULL,
        accepted BLOB NOT NULL,
        accepted_millis INTEGER NOT NULL,
        state TEXT NOT NULL,
        cause TEXT,
        started_millis INTEGER,
        finished_millis INTEGER,
        leaves_done INTEGER,
        leaves_total INTEGER,
        fuel INTEGER,
        value_kind TEXT,
        value_digest BLOB,
        output_digest BLOB,
        output_bytes INTEGER,
        receipt_digest BLOB,
        receipt_bytes INTEGER
      ) STRICT
      """;

  private static final String RUNNING = "RUNNING";

  private final Path path;
  private final Connection connection;

  private Journal(Path path, Connection connection) {
    this.path = path;
    this.connection = connection;
  }

  /**
   * Opens the journal in {@code path}, which is made when there is none.
   *
   * @throws IOException if another process has it open, if it is none of ours, or of a later
   *     version, or cannot be written
   */
  public static Journal open(Path path) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
    config.setBusyTimeout(0); // who holds it holds it for as long as it lives
    try {
      Connection connection = config.createConnection("jdbc:sqlite:" + path.toAbsolutePath());
      Journal journal = new Journal(path, connection);
      try {
        journal.prepare();
        return journal;
      } catch (SQLException | IOException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  private void prepare() throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      // A write lock, and in this mode it is kept: only now the file is this node's.
      statement.execute("BEGIN IMMEDIATE");
      int version = number(statement, "PRAGMA user_version");
      int application = number(statement, "PRAGMA application_id");
      int tables = number(statement, "SELECT count(*) FROM sqlite_schema");
      if (application == 0 && version == 0 && tables == 0) {
        statement.execute(TABLES);
        statement.execute("PRAGMA application_id = " + APPLICATION_ID);
        statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
      } else if (application != APPLICATION_ID) {
        throw new IOException("journal " + path + " is a database of another program");
      } else if (version != SCHEMA_VERSION) {
        throw new IOException(
            "journal " + path + " has version " + version + ", this build knows " + SCHEMA_VERSION);
      }
      statement.execute("COMMIT");
    }
  }

  private static int number(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Keeps a job that this node has accepted. The job must not be there yet. */
  public synchronized void accept(JournaledJob job) throws IOException {
    write(
        "INSERT INTO jobs (id, manifest, accepted, accepted_millis, state) VALUES (?, ?, ?, ?, ?)",
        insert -> {
          insert.setBytes(1, job.id().digest().bytes());
          insert.setBytes(2, job.manifest().toBytes());
          insert.setBytes(3, job.accepted().toBytes());
          insert.setLong(4, job.acceptedMillis());
          insert.setString(5, RUNNING);
        });
  }

  /**
   * Writes the terminal record of a job, unless it has one.
   *
   * @return whether this is the one; if not, nothing was changed
   */
  public synchronized boolean end(JobId job, JournaledJob.End end) throws IOException {
    return write(
            """
            UPDATE jobs SET state = ?, cause = ?, started_millis = ?, finished_millis = ?,
              leaves_done = ?, leaves_total = ?, fuel = ?, value_kind = ?, value_digest = ?,
              output_digest = ?, output_bytes = ?, receipt_digest = ?, receipt_bytes = ?
            WHERE id = ? AND state = 'RUNNING'
            """,
            update -> {
              update.setString(2, null);
              update.setLong(3, end.startedMillis());
              update.setLong(4, end.finishedMillis());
              update.setLong(5, end.leavesDone());
              update.setLong(6, end.leavesTotal());
              update.setLong(7, end.fuel());
              setEnding(update, end.ending());
              update.setBytes(14, job.digest().bytes());
            })
        == 1;
  }

  private static void setEnding(PreparedStatement update, JobEnding ending) throws SQLException {
    update.setString(1, ending.state().name());
    switch (ending) {
      case JobEnding.Failed(String cause) -> update.setString(2, cause);
      case JobEnding.Partial(BlobRef bytes, String cause) -> {
        update.setString(2, cause);
        update.setBytes(10, bytes.digest().bytes());
        update.setLong(11, bytes.length());
      }
      case JobEnding.Completed(Value value, BlobRef output, BlobRef receipt) -> {
        update.setString(8, value instanceof Value.Rope ? "ROPE" : "BLOB");
        update.setBytes(9, value.named().digest().bytes());
        update.setBytes(10, output.digest().bytes());
        update.setLong(11, output.length());
        update.setBytes(12, receipt.digest().bytes());
        update.setLong(13, receipt.length());
      }
      case JobEnding.Cancelled(), JobEnding.TimedOut() -> {}
    }
  }

  /**
   * Forgets a job; harmless if it is not there. It is synced with what is written next: whoever is
   * about to hand in a job should not wait for the disk because an old one goes. Should the machine
   * stop before, the job is there again, and is forgotten again.
   */
  public synchronized void forget(JobId job) throws IOException {
    synchronous("NORMAL");
    try {
      write("DELETE FROM jobs WHERE id = ?", delete -> delete.setBytes(1, job.digest().bytes()));
    } finally {
      synchronous("FULL");
    }
  }

  private void synchronous(String mode) throws IOException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA synchronous = " + mode);
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  /** Every job, in the order in which they were accepted. */
  public synchronized List<JournaledJob> jobs() throws IOException {
    List<JournaledJob> jobs = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT * FROM jobs ORDER BY accepted_millis, id")) {
      while (row.next()) {
        jobs.add(job(row));
      }
      return jobs;
    } catch (SQLException e) {
      throw failure(path, e);
    } catch (IllegalArgumentException e) {
      throw new IOException("journal " + path + " is damaged: " + e.getMessage(), e);
    }
  }

  private static JournaledJob job(ResultSet row) throws SQLException {
    return new JournaledJob(
        new JobId(Digest.of(row.getBytes("id"))),
        Signed.of(Bytes.of(row.getBytes("manifest"))),
        Signed.of(Bytes.of(row.getBytes("accepted"))),
        row.getLong("accepted_millis"),
        row.getString("state").equals(RUNNING) ? Optional.empty() : Optional.of(end(row)));
  }

  private static JournaledJob.End end(ResultSet row) throws SQLException {
    return new JournaledJob.End(
        ending(row),
        row.getLong("started_millis"),
        row.getLong("finished_millis"),
        row.getLong("leaves_done"),
        row.getLong("leaves_total"),
        row.getLong("fuel"));
  }

  private static JobEnding ending(ResultSet row) throws SQLException {
    String state = row.getString("state");
    return switch (state) {
      case "COMPLETE" -> completed(row);
      case "PARTIAL" ->
          new JobEnding.Partial(
              new BlobRef(Digest.of(row.getBytes("output_digest")), row.getLong("output_bytes")),
              row.getString("cause"));
      case "FAILED" -> new JobEnding.Failed(row.getString("cause"));
      case "CANCELLED" -> new JobEnding.Cancelled();
      case "TIMEOUT" -> new JobEnding.TimedOut();
      default -> throw new IllegalArgumentException("a job in the state '" + state + "'");
    };
  }

  private static JobEnding.Completed completed(ResultSet row) throws SQLException {
    Digest digest = Digest.of(row.getBytes("value_digest"));
    long length = row.getLong("output_bytes");
    return new JobEnding.Completed(
        row.getString("value_kind").equals("ROPE")
            ? new Value.Rope(digest, length)
            : new Value.Blob(new BlobRef(digest, length)),
        new BlobRef(Digest.of(row.getBytes("output_digest")), length),
        new BlobRef(Digest.of(row.getBytes("receipt_digest")), row.getLong("receipt_bytes")));
  }

  /** Fills in what a statement leaves open. */
  @FunctionalInterface
  private interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  /** One statement is one transaction: synced when this returns, not there if it throws. */
  private int write(String sql, Parameters parameters) throws IOException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      parameters.set(statement);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }

  private static IOException failure(Path path, SQLException e) {
    // The low byte is the error, what is above it the detail (SQLite, "Result and Error Codes").
    SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff);
    String reason =
        switch (code) {
          case SQLITE_BUSY, SQLITE_LOCKED ->
              "another node has it open; give each node its own --data";
          case SQLITE_FULL -> "the disk is full";
          case SQLITE_READONLY -> "it is read only";
          case SQLITE_CANTOPEN -> "it cannot be opened; look at --data";
          case SQLITE_NOTADB, SQLITE_CORRUPT -> "it is damaged, or no journal";
          default -> String.valueOf(e.getMessage());
        };
    return new IOException("journal " + path + ": " + reason, e);
  }

  /** For tests that make the disk small or read only. */
  void pragma(String words) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA " + words);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure(path, e);
    }
  }
}
