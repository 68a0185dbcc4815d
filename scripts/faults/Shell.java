import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;

/**
 * Runs commands of Banyan one after the other in one process, for scripts that ask nodes more often
 * than a JVM starts: {@code java -cp banyan.jar scripts/faults/Shell.java}. A line of its input is
 * a word of the asker's and a command; the answer is what the command prints, and then a line of
 * {@code =}, that word and the exit code. Ends with its input.
 */
final class Shell {
  private Shell() {}

  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    Method run =
        Class.forName("io.banyan.node.cli.Banyan").getDeclaredMethod("run", String[].class);
    run.setAccessible(true); // main would end the process with the first command
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", 2);
      Object code = run.invoke(null, (Object) words[1].split(" "));
      System.out.println("= " + words[0] + " " + code);
    }
  }
}
