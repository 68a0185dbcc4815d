package io.banyan.compute;

import java.io.BufferedReader;
import java.io.IOException;

/**
 * The differential test for hours, in a JVM that makes all of it hot: {@code HotSoak COUNT SEED}.
 * Ends as {@link DifferentialSoak} does, of which it shows the output, and with status 1 if too
 * little became hot.
 */
final class HotSoak {
  private HotSoak() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int count = Integer.parseInt(args[0]);
    Process process = HotJvm.start(DifferentialSoak.class, count, Long.parseLong(args[1]));
    long hotMethods = 0;
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (HotJvm.saysFullyCompiled(line)) {
          hotMethods++;
        } else if (!HotJvm.saysCompiled(line)) {
          System.out.println(line);
        }
      }
    }
    int code = process.waitFor();
    boolean hot = hotMethods > count;
    System.out.printf("differential: %s hot methods=%d%n", hot ? "PASS" : "FAIL", hotMethods);
    System.exit(code == 0 && hot ? 0 : 1);
  }
}
