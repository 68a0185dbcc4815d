package io.banyan.compute;

/** The numbers of WASI preview 1 that are used here. */
final class Wasi {
  private Wasi() {}

  static final String MODULE = "wasi_snapshot_preview1";

  static final int SUCCESS = 0;
  static final int EBADF = 8;
  static final int EINVAL = 28;
  static final int ESPIPE = 70;

  static final int STDIN = 0;
  static final int STDOUT = 1;
  static final int STDERR = 2;

  static final int CLOCK_REALTIME = 0;
  static final int CLOCK_MONOTONIC = 1;

  static final int FDSTAT_BYTES = 24;
  static final int IOVEC_BYTES = 8;
  static final long RIGHT_FD_READ = 1L << 1;
  static final long RIGHT_FD_WRITE = 1L << 6;
}
