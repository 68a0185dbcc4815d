package io.banyan.compute;

import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import java.util.List;
import java.util.Optional;

/** What a module may import. Anything else is refused with its name. */
enum HostImport {
  LOG("banyan", "log", none(), I32, I32, I32),
  PROGRESS("banyan", "progress", none(), I32),
  FAIL("banyan", "fail", none(), I32, I32),
  ABORT("env", "abort", none(), I32, I32, I32, I32),
  ARGS_SIZES_GET(Wasi.MODULE, "args_sizes_get", i32(), I32, I32),
  ARGS_GET(Wasi.MODULE, "args_get", i32(), I32, I32),
  ENVIRON_SIZES_GET(Wasi.MODULE, "environ_sizes_get", i32(), I32, I32),
  ENVIRON_GET(Wasi.MODULE, "environ_get", i32(), I32, I32),
  FD_READ(Wasi.MODULE, "fd_read", i32(), I32, I32, I32, I32),
  FD_WRITE(Wasi.MODULE, "fd_write", i32(), I32, I32, I32, I32),
  FD_CLOSE(Wasi.MODULE, "fd_close", i32(), I32),
  FD_SEEK(Wasi.MODULE, "fd_seek", i32(), I32, I64, I32, I32),
  FD_FDSTAT_GET(Wasi.MODULE, "fd_fdstat_get", i32(), I32, I32),
  FD_PRESTAT_GET(Wasi.MODULE, "fd_prestat_get", i32(), I32, I32),
  FD_PRESTAT_DIR_NAME(Wasi.MODULE, "fd_prestat_dir_name", i32(), I32, I32, I32),
  RANDOM_GET(Wasi.MODULE, "random_get", i32(), I32, I32),
  CLOCK_TIME_GET(Wasi.MODULE, "clock_time_get", i32(), I32, I64, I32),
  PROC_EXIT(Wasi.MODULE, "proc_exit", none(), I32),
  SCHED_YIELD(Wasi.MODULE, "sched_yield", i32());

  private final String module;
  private final String function;
  private final Signature signature;

  HostImport(String module, String function, List<ValueType> results, ValueType... params) {
    this.module = module;
    this.function = function;
    this.signature = new Signature(List.of(params), results);
  }

  private static List<ValueType> none() {
    return List.of();
  }

  private static List<ValueType> i32() {
    return List.of(I32);
  }

  static Optional<HostImport> of(String module, String function) {
    for (HostImport offered : values()) {
      if (offered.module.equals(module) && offered.function.equals(function)) {
        return Optional.of(offered);
      }
    }
    return Optional.empty();
  }

  String module() {
    return module;
  }

  String function() {
    return function;
  }

  Signature signature() {
    return signature;
  }
}
