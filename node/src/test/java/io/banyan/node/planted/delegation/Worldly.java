package io.banyan.node.planted.delegation;

import com.google.gson.Gson;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;

/** Does all that a module that decides may not do; nobody runs it. */
public record Worldly(Gson library, Socket socket, Path path, Lock lock) {
  List<Object> chance() {
    return List.of(new Random(), UUID.randomUUID(), Math.random(), Instant.now());
  }

  /** By reference, which is no call. */
  LongSupplier clock() {
    return System::nanoTime;
  }

  int file(String name) throws IOException {
    try (FileInputStream in = new FileInputStream(name)) {
      Thread.onSpinWait();
      return in.read();
    }
  }
}
