package io.banyan.node.cli;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import java.math.BigDecimal;
import picocli.CommandLine.Option;

/** With how much of an answer a user is content. */
final class PartialOption {
  /** In permille. */
  static final int ALL = 1000;

  @Option(
      names = "--partial",
      paramLabel = "P",
      description = "Share of leaves that suffices if there will be no more (default: 1, all).")
  private String partial = "1";

  /** The share of leaves that suffices, 1 to {@link #ALL}. */
  int permille() throws CommandException {
    if (!partial.matches("1(\\.0{1,3})?|0?\\.[0-9]{1,3}")) {
      throw refused("is no share of 0.001 to 1, with three decimals at most");
    }
    int permille = new BigDecimal(partial).movePointRight(3).intValueExact();
    if (permille < 1) {
      throw refused("is nothing, and suffices nobody");
    }
    return permille;
  }

  private CommandException refused(String why) {
    return new CommandException(ExitCode.USAGE, "--partial: '" + partial + "' " + why);
  }
}
