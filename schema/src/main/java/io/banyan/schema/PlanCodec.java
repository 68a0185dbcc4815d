package io.banyan.schema;

import io.banyan.schema.wire.BanyanWire;
import java.util.List;
import org.capnproto.PrimitiveList;
import org.capnproto.StructList;
import org.capnproto.Text;
import org.capnproto.Void;

/** What jobs are made of: names of bytes, places in the plan, limits, claims. */
final class PlanCodec {
  /** The longest profile id. */
  static final int PROFILE_LENGTH_MAX = 32;

  private PlanCodec() {}

  static void write(BanyanWire.BlobRef.Builder to, Named named) {
    to.setDigest(named.digest().bytes());
    to.setLength(named.length());
  }

  static BlobRef blobRef(BanyanWire.BlobRef.Reader from) {
    return new BlobRef(Fields.digest("digest of a blob", from.getDigest()), from.getLength());
  }

  static Value.Rope rope(BanyanWire.BlobRef.Reader from) {
    return new Value.Rope(Fields.digest("digest of a rope", from.getDigest()), from.getLength());
  }

  static void write(StructList.Builder<BanyanWire.BlobRef.Builder> to, List<BlobRef> blobs) {
    for (int i = 0; i < blobs.size(); i++) {
      write(to.get(i), blobs.get(i));
    }
  }

  static void write(BanyanWire.Value.Builder to, Value value) {
    switch (value) {
      case Value.Blob(BlobRef ref) -> write(to.initBlob(), ref);
      case Value.Rope rope -> write(to.initRope(), rope);
      case Value.Empty() -> to.setEmpty(Void.VOID);
    }
  }

  static Value value(BanyanWire.Value.Reader from) {
    return switch (from.which()) {
      case BLOB -> new Value.Blob(blobRef(from.getBlob()));
      case ROPE -> rope(from.getRope());
      case EMPTY -> new Value.Empty();
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("value");
    };
  }

  static void write(BanyanWire.PlanNode.Builder to, PlanNode node) {
    switch (node) {
      case PlanNode.Cells(Interval interval) -> {
        BanyanWire.PlanNode.Cells.Builder cells = to.initCells();
        cells.setFrom(interval.from());
        cells.setTo(interval.to());
      }
      case PlanNode.Part(List<Integer> path) -> write(to.initPart().initPath(path.size()), path);
      case PlanNode.Parts(List<Integer> path, Interval interval) -> {
        BanyanWire.PlanNode.Parts.Builder parts = to.initParts();
        write(parts.initPath(path.size()), path);
        parts.setFrom(interval.from());
        parts.setTo(interval.to());
      }
    }
  }

  private static void write(PrimitiveList.Short.Builder to, List<Integer> path) {
    for (int i = 0; i < path.size(); i++) {
      to.set(i, path.get(i).shortValue());
    }
  }

  static PlanNode planNode(BanyanWire.PlanNode.Reader from) {
    return switch (from.which()) {
      case CELLS -> {
        BanyanWire.PlanNode.Cells.Reader cells = from.getCells();
        yield new PlanNode.Cells(new Interval(cells.getFrom(), cells.getTo()));
      }
      case PART -> new PlanNode.Part(path(from.getPart().getPath()));
      case PARTS -> {
        BanyanWire.PlanNode.Parts.Reader parts = from.getParts();
        yield new PlanNode.Parts(
            path(parts.getPath()), new Interval(parts.getFrom(), parts.getTo()));
      }
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("plan node");
    };
  }

  private static List<Integer> path(PrimitiveList.Short.Reader from) {
    Integer[] path = new Integer[Fields.size("splits in a path", from, Limits.SPLIT_DEPTH_MAX)];
    for (int i = 0; i < path.length; i++) {
      path[i] = Short.toUnsignedInt(from.get(i));
    }
    return List.of(path);
  }

  static void write(BanyanWire.CallLimits.Builder to, CallLimits limits) {
    to.setFuel(limits.fuel());
    to.setMemoryBytesMax(limits.memoryBytesMax());
    to.setDepthBytesMax(limits.depthBytesMax());
    to.setOutputBytesMax(limits.outputBytesMax());
    to.setWallMillis(limits.wallMillis());
  }

  static CallLimits callLimits(BanyanWire.CallLimits.Reader from) {
    return new CallLimits(
        from.getFuel(),
        from.getMemoryBytesMax(),
        from.getDepthBytesMax(),
        from.getOutputBytesMax(),
        from.getWallMillis());
  }

  static void write(BanyanWire.Budget.Builder to, Budget budget) {
    to.setFuel(budget.fuel());
    to.setLeaves(budget.leaves());
    to.setBytes(budget.bytes());
    to.setMemoryBytesMax(budget.memoryBytesMax());
    to.setHops(budget.hops());
    to.setTimeMillis(budget.timeMillis());
  }

  static Budget budget(BanyanWire.Budget.Reader from) {
    return new Budget(
        from.getFuel(),
        from.getLeaves(),
        from.getBytes(),
        from.getMemoryBytesMax(),
        from.getHops(),
        from.getTimeMillis());
  }

  static Profile profile(Text.Reader from) {
    return new Profile(Fields.text("profile id", from, PROFILE_LENGTH_MAX));
  }

  static void write(BanyanWire.Claim.Builder to, Claim claim) {
    to.setProfile(claim.profile().id());
    to.setKey(claim.key().bytes());
    to.setFunction(Fields.named(BanyanWire.GuestFunction.class, claim.function()));
    to.setInput(claim.input().bytes());
    to.setOutput(claim.output().bytes());
    to.setOutputBytes(claim.outputBytes());
    to.setFuel(claim.fuel());
    BanyanWire.Claim.Outcome.Builder outcome = to.initOutcome();
    switch (claim.outcome()) {
      case Outcome.Completed() -> outcome.setCompleted(Void.VOID);
      case Outcome.Trapped(TrapKind kind) ->
          outcome.setTrapped(Fields.named(BanyanWire.TrapKind.class, kind));
      case Outcome.OutOfFuel() -> outcome.setOutOfFuel(Void.VOID);
      case Outcome.LimitExceeded(LimitKind limit) ->
          outcome.setLimitExceeded(Fields.named(BanyanWire.LimitKind.class, limit));
      case Outcome.Failed(String message) -> outcome.setFailed(message);
      case Outcome.BadOutput() -> outcome.setBadOutput(Void.VOID);
    }
  }

  static Claim claim(BanyanWire.Claim.Reader from) {
    return new Claim(
        profile(from.getProfile()),
        Fields.digest("key", from.getKey()),
        function(from.getFunction()),
        Fields.digest("input of a claim", from.getInput()),
        Fields.digest("output of a claim", from.getOutput()),
        from.getOutputBytes(),
        from.getFuel(),
        outcome(from.getOutcome()));
  }

  static GuestFunction function(BanyanWire.GuestFunction from) {
    return Fields.named(GuestFunction.class, from);
  }

  private static Outcome outcome(BanyanWire.Claim.Outcome.Reader from) {
    return switch (from.which()) {
      case COMPLETED -> new Outcome.Completed();
      case TRAPPED -> new Outcome.Trapped(Fields.named(TrapKind.class, from.getTrapped()));
      case OUT_OF_FUEL -> new Outcome.OutOfFuel();
      case LIMIT_EXCEEDED ->
          new Outcome.LimitExceeded(Fields.named(LimitKind.class, from.getLimitExceeded()));
      case FAILED ->
          new Outcome.Failed(
              Fields.text("failure message", from.getFailed(), Outcome.Failed.MESSAGE_BYTES_MAX));
      case BAD_OUTPUT -> new Outcome.BadOutput();
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("outcome");
    };
  }

  static void write(BanyanWire.Step.Builder to, Step step) {
    write(to.initNode(), step.node());
    write(to.initClaim(), step.claim());
    if (!step.parts().isEmpty()) {
      write(to.initParts(step.parts().size()), step.parts());
    }
  }

  static Step step(BanyanWire.Step.Reader from) {
    return new Step(
        planNode(from.getNode()),
        claim(from.getClaim()),
        Fields.list("parts", from.getParts(), Limits.PARTS_MAX, PlanCodec::blobRef));
  }
}
