package io.banyan.node.journal;

import java.sql.SQLException;

/** A disk that is full for one journal, and then is not. */
public final class TestingDisk {
  private TestingDisk() {}

  /** Nothing is written from now on. */
  public static void fill(Journal journal) throws SQLException {
    journal.pragma("query_only = 1");
  }

  /** There is room again. */
  public static void clear(Journal journal) throws SQLException {
    journal.pragma("query_only = 0");
  }
}
