package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.Heap;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: every node is this one. */
@Command(
    name = "banyan",
    description = "A verified answer from machines you do not control.",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      VerifyCommand.class,
      KeyCommand.class,
      VersionCommand.class,
      CommandLine.HelpCommand.class
    },
    mixinStandardHelpOptions = false,
    synopsisSubcommandLabel = "COMMAND")
public final class Banyan {
  private Banyan() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command and says how it ended; never throws. */
  static int run(String... args) {
    CommandLine commandLine = new CommandLine(new Banyan());
    commandLine.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setParameterExceptionHandler(Banyan::usage);
    commandLine.setExecutionExceptionHandler(Banyan::failure);
    int code;
    try {
      code = args.length == 0 ? help(commandLine) : commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      say(commandLine, Heap.exhausted());
      code = ExitCode.FAILURE.number();
    }
    // A print stream swallows what goes wrong: nobody may take a lost answer for a whole one.
    if (code == ExitCode.OK.number()
        && (System.out.checkError() || commandLine.getOut().checkError())) {
      say(commandLine, "stdout cannot be written, what was to go there is lost");
      return ExitCode.FAILURE.number();
    }
    return code;
  }

  private static int help(CommandLine commandLine) {
    commandLine.usage(commandLine.getErr());
    return ExitCode.USAGE.number();
  }

  private static int usage(CommandLine.ParameterException trouble, String[] args) {
    CommandLine commandLine = trouble.getCommandLine();
    say(commandLine, String.valueOf(trouble.getMessage()));
    boolean top = commandLine.getParent() == null;
    String command = top ? "" : " " + commandLine.getCommandName();
    commandLine.getErr().println("Try 'banyan help" + command + "' for what it takes.");
    return ExitCode.USAGE.number();
  }

  private static int failure(
      Exception trouble, CommandLine commandLine, CommandLine.ParseResult parsed) {
    return switch (trouble) {
      case CommandException refused -> {
        say(commandLine, String.valueOf(refused.getMessage()));
        yield refused.code().number();
      }
      case IOException io -> {
        say(commandLine, Words.of(io));
        yield ExitCode.FAILURE.number();
      }
      default -> {
        // Our bug, and loud: the trace is what mends it.
        commandLine.getErr().println("banyan: this is a bug in banyan; please report what follows");
        trouble.printStackTrace(commandLine.getErr());
        yield ExitCode.FAILURE.number();
      }
    };
  }

  private static void say(CommandLine commandLine, String sentence) {
    commandLine.getErr().println("banyan: " + CommandException.oneLine(sentence));
  }
}
