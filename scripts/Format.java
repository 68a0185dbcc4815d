import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Holds the tree to one format: Java to google-java-format, other text to no trailing blanks and
 * one newline at the end. {@code mvn verify} checks, {@code scripts/format.sh} applies.
 *
 * <p>A program of its own and not Spotless, because google-java-format needs a newer JVM than the
 * one that may run Maven (docs/decisions/0007).
 */
final class Format {
  private static final Set<String> FOLDERS_SKIPPED =
      Set.of(".git", ".idea", "node_modules", "resources", "target", "wire");

  private static final Pattern TEXT =
      Pattern.compile(".*\\.(capnp|md|mjs|properties|sh|ts|xml|yml)|(scripts/|\\.ci/)[^.]+");

  private static final Pattern TRAILING_BLANKS = Pattern.compile("[ \\t]+$", Pattern.MULTILINE);
  private static final Pattern NEWLINES_AT_END = Pattern.compile("\\n*\\z");

  private Format() {}

  static void main(String[] args) throws IOException {
    boolean apply = args[0].equals("apply");
    List<Path> wrong = files().parallelStream().filter(file -> !holds(file, apply)).toList();
    wrong.forEach(file -> System.out.println((apply ? "formatted: " : "out of format: ") + file));
    if (!apply && !wrong.isEmpty()) {
      System.exit(1);
    }
  }

  /** Says whether the file already is as it should be; if not and {@code apply}, rewrites it. */
  private static boolean holds(Path file, boolean apply) {
    try {
      String before = Files.readString(file);
      String after = isJava(file) ? formatJava(before) : formatText(before);
      if (apply && !after.equals(before)) {
        Files.writeString(file, after);
      }
      return after.equals(before);
    } catch (FormatterException e) {
      System.out.println(file + ":" + e.getMessage());
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("while formatting " + file, e);
    }
  }

  private static String formatJava(String source) throws FormatterException {
    return new Formatter().formatSourceAndFixImports(source);
  }

  private static String formatText(String text) {
    String trimmed = TRAILING_BLANKS.matcher(text).replaceAll("");
    return text.isEmpty() ? text : NEWLINES_AT_END.matcher(trimmed).replaceFirst("\n");
  }

  private static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return FOLDERS_SKIPPED.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()
                && (isJava(file) || TEXT.matcher(file.toString()).matches())) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }

  private static boolean isJava(Path file) {
    return file.toString().endsWith(".java");
  }
}
