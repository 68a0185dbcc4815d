package io.banyan.compute;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A kernel in a process of its own, which waits for its turns: a line in, and "nanoseconds
 * checksum" out.
 */
final class BenchProcess implements AutoCloseable {
  private final List<String> command;
  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  BenchProcess(String... command) throws IOException {
    this.command = List.of(command);
    this.process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    this.in = process.outputWriter(StandardCharsets.US_ASCII);
    this.out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  BenchTurn run() throws IOException {
    in.write("run\n");
    in.flush();
    String line = out.readLine();
    if (line == null) {
      throw new IOException(command + " ended before it answered");
    }
    String[] words = line.split(" ", -1);
    return new BenchTurn(Long.parseLong(words[0]), words[1]);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
