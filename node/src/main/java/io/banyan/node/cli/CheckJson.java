package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.compute.GuestModule;
import io.banyan.node.CheckFindings;
import io.banyan.node.ComparedCall;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Profile;
import java.util.List;
import java.util.Optional;

/** What {@code check} found, for programs. */
record CheckJson(CheckText text, int workers) {
  JsonObject json(Optional<CheckFindings> findings, List<String> advice) {
    GuestModule module = text.module();
    JsonObject json = new JsonObject();
    json.addProperty("kind", module.kind().name());
    json.addProperty("profile", Profile.ONE.id());
    json.add("exports", array(module.exports()));
    json.add("imports", array(module.imports()));
    json.addProperty("memoryBytesMin", module.memoryBytesMin());
    json.addProperty("memoryBytesMax", module.memoryBytesMax());
    JsonObject limits = new JsonObject();
    module
        .measures()
        .forEach(
            measure -> {
              JsonObject limit = new JsonObject();
              limit.addProperty("value", measure.value());
              limit.addProperty("max", measure.max());
              limits.add(measure.rule(), limit);
            });
    json.add("limits", limits);
    json.add("warnings", array(module.warnings()));
    findings.ifPresent(found -> json.add("sample", sample(found)));
    json.add("advice", array(advice));
    return json;
  }

  private JsonObject sample(CheckFindings found) {
    JsonObject sample = new JsonObject();
    sample.addProperty("split", found.rule().words());
    sample.addProperty("leaves", found.leaves());
    sample.addProperty("bytes", found.bytes());
    sample.addProperty("fuel", found.fuel());
    sample.addProperty("callFuel", found.callFuel());
    sample.addProperty("leafFuelMax", found.leafFuelMax());
    sample.addProperty("nanos", found.nanos());
    sample.addProperty("fuelPerSecond", found.fuelPerSecond());
    sample.addProperty("memoryBytesMax", found.memoryBytesMax());
    sample.addProperty("memoryPagesMax", found.memoryBytesMax() / CallLimits.PAGE_BYTES);
    sample.addProperty("valueBytesMax", found.valueBytesMax());
    sample.addProperty("leafValueBytesMax", found.growth().leafBytesMax());
    sample.addProperty("mergedBytes", found.growth().mergedBytes());
    found
        .growth()
        .leavesMax(text.limits().mergeInputBytesMax())
        .ifPresent(leaves -> sample.addProperty("mergeExceedsOverLeaves", leaves));
    found.rehearsal().ifPresent(rehearsal -> sample.add("rehearsal", rehearsal.json(workers)));
    if (text.untried(found)) {
      sample.addProperty("merge", CheckText.notTried(found));
    }
    sample.add("groupings", array(found.groupings()));
    JsonArray compared = new JsonArray();
    found.compared().forEach(call -> compared.add(json(call)));
    sample.add("compared", compared);
    sample.add("troubles", array(found.troubles()));
    return sample;
  }

  private static JsonObject json(ComparedCall call) {
    JsonObject json = new JsonObject();
    json.addProperty("call", call.words());
    json.addProperty("fuel", call.fuel());
    json.addProperty("coldNanos", call.coldNanos());
    json.addProperty("hotNanos", call.hotNanos());
    json.addProperty("repeats", call.repeats());
    json.add("notCompared", array(call.untold()));
    json.add("differences", array(call.differences()));
    return json;
  }

  private static JsonArray array(List<String> items) {
    JsonArray array = new JsonArray();
    items.forEach(array::add);
    return array;
  }
}
