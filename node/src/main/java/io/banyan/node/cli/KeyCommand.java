package io.banyan.node.cli;

import com.google.gson.JsonObject;
import io.banyan.node.CommandException;
import io.banyan.node.KeyFile;
import io.banyan.schema.PublicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code banyan key}. */
@Command(
    name = "key",
    description = "Your key: who you are to every node.",
    subcommands = KeyCommand.Show.class,
    synopsisSubcommandLabel = "show")
final class KeyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "key: say what to do with it: key show");
  }

  /** {@code banyan key show}. */
  @Command(name = "show", description = "Prints the public key; makes one at first use.")
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--key",
        paramLabel = "FILE",
        description = "Another key than your own; makes it if there is none.")
    private Path key = KeyFile.defaultPath();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, CommandException {
      PublicKey shown = KeyFile.readOrCreate(key).publicKey();
      Output out = new Output(spec);
      if (json) {
        JsonObject object = new JsonObject();
        object.addProperty("peerId", shown.peerId().toString());
        object.addProperty("publicKey", HexFormat.of().formatHex(shown.bytes().toArray()));
        object.addProperty("file", key.toString());
        out.json(object);
      } else {
        out.data(shown.peerId().toString());
      }
      return 0;
    }
  }
}
