package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.Dialer;
import io.banyan.node.ExitCode;
import io.banyan.node.Heap;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/** The program: every node is this one. */
@Command(
    name = "banyan",
    description = "A verified answer from machines you do not control.",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      VerifyCommand.class,
      ReplayCommand.class,
      ServeCommand.class,
      SubmitCommand.class,
      StatusCommand.class,
      ResultCommand.class,
      CancelCommand.class,
      TreeCommand.class,
      ExplainCommand.class,
      EventsCommand.class,
      LogsCommand.class,
      JobsCommand.class,
      PeersCommand.class,
      CapacityCommand.class,
      DrainCommand.class,
      SimulateCommand.class,
      KeyCommand.class,
      VersionCommand.class,
      CommandLine.HelpCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class Banyan {
  /** Commands that are still to come. */
  private static final Set<String> LATER =
      Set.of("dev", "receipt", "fraud", "doctor", "config", "completion");

  private static final String WHY_LATER = "it comes with a later one";

  private final Dialer dialer;

  private Banyan(Dialer dialer) {
    this.dialer = dialer;
  }

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** What commands that speak with a node dial it by. */
  Dialer dialer() {
    return dialer;
  }

  /** Runs one command and says how it ended; never throws. */
  static int run(String... args) {
    return run(NetworkDialer.INSTANCE, args);
  }

  /** The same, over another network. */
  static int run(Dialer dialer, String... args) {
    CommandLine commandLine = new CommandLine(new Banyan(dialer));
    commandLine.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    offerHelp(commandLine);
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

  /** {@code --help} on each command; {@code help} has one of its own. */
  private static void offerHelp(CommandLine commandLine) {
    commandLine
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Say what it takes.")
                .build());
    commandLine.getSubcommands().values().stream()
        .filter(below -> !(below.getCommand() instanceof CommandLine.HelpCommand))
        .forEach(Banyan::offerHelp);
  }

  private static int help(CommandLine commandLine) {
    commandLine.usage(commandLine.getErr());
    return ExitCode.USAGE.number();
  }

  private static int usage(CommandLine.ParameterException trouble, String[] args) {
    CommandLine commandLine = trouble.getCommandLine();
    boolean top = commandLine.getParent() == null;
    if (top && LATER.contains(args[0])) {
      say(commandLine, args[0] + " is not in this build: " + WHY_LATER);
      return ExitCode.USAGE.number();
    }
    say(commandLine, String.valueOf(trouble.getMessage()));
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
