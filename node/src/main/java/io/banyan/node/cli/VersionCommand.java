package io.banyan.node.cli;

import com.google.gson.JsonObject;
import io.banyan.node.Version;
import io.banyan.schema.Profile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code banyan version}. */
@Command(name = "version", description = "Says which Banyan this is, and by which rules it runs.")
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Output out = new Output(spec);
    if (json) {
      JsonObject version = new JsonObject();
      version.addProperty("version", Version.PRODUCT);
      version.addProperty("profile", Profile.ONE.id());
      version.addProperty("java", Runtime.version().toString());
      out.json(version);
    } else {
      out.data(
          "banyan "
              + Version.PRODUCT
              + ", profile "
              + Profile.ONE.id()
              + ", Java "
              + Runtime.version());
    }
    return 0;
  }
}
