package io.banyan.schema;

import io.banyan.schema.wire.BanyanWire;
import java.util.Optional;
import org.capnproto.StructList;
import org.capnproto.Void;

/** What stands under signatures. */
final class PayloadCodec {
  private PayloadCodec() {}

  static void write(BanyanWire.Manifest.Builder to, Manifest manifest) {
    to.setProfile(manifest.profile().id());
    to.setToken(manifest.token().toArray());
    to.setCreatedMillis(manifest.createdMillis());
    to.setEndMillis(manifest.endMillis());
    to.setEntry(manifest.entry().bytes().toArray());
    PlanCodec.write(to.initModule(), manifest.module());
    PlanCodec.write(to.initInput(), manifest.input());
    Fields.put(to.initParams(manifest.params().length()), manifest.params().asByteBuffer());
    PlanCodec.write(to.initShared(manifest.shared().size()), manifest.shared());
    write(to.initSplitRule(), manifest.splitRule());
    to.setChunkBytes(manifest.chunkBytes());
    PlanCodec.write(to.initLimits(), manifest.limits());
    PlanCodec.write(to.initBudget(), manifest.budget());
    to.setRetries(manifest.retries());
    write(to.initVerification(), manifest.verification());
    Routing routing = manifest.routing();
    to.setPriority(Fields.named(BanyanWire.Priority.class, routing.priority()));
    to.setOnlyPeers(Fields.concatenatedKeys(routing.onlyPeers()));
    Fields.put(to.initLabels(routing.labels().size()), routing.labels());
    to.setPreferLocal(routing.preferLocal());
    to.setPartialPermille(manifest.partialPermille());
    to.setMemo(Fields.named(BanyanWire.MemoPolicy.class, manifest.memo()));
    to.setOperationWeight(manifest.operationWeight());
  }

  private static void write(BanyanWire.Manifest.SplitRule.Builder to, SplitRule rule) {
    switch (rule) {
      case SplitRule.ByBytes() -> to.setBytes(Void.VOID);
      case SplitRule.ByRecords(int recordBytes) -> to.setRecords(recordBytes);
      case SplitRule.ByLines() -> to.setLines(Void.VOID);
      case SplitRule.ByIndex(int cells) -> to.setIndex(cells);
      case SplitRule.ByModule() -> to.setModule(Void.VOID);
    }
  }

  private static void write(BanyanWire.Manifest.Verification.Builder to, Verification level) {
    switch (level) {
      case Verification.None() -> to.setNone(Void.VOID);
      case Verification.Sample(int leaves) -> to.setSample(leaves);
      case Verification.Copies(int copies) -> to.setCopies(copies);
      case Verification.Fast() -> to.setFast(Void.VOID);
      case Verification.Standard() -> to.setStandard(Void.VOID);
      case Verification.Strict() -> to.setStrict(Void.VOID);
    }
  }

  static Manifest manifest(BanyanWire.Manifest.Reader from) {
    return new Manifest(
        PlanCodec.profile(from.getProfile()),
        Fields.bytes("token", from.getToken(), Manifest.TOKEN_LENGTH),
        from.getCreatedMillis(),
        from.getEndMillis(),
        Fields.key(from.getEntry()),
        PlanCodec.blobRef(from.getModule()),
        PlanCodec.blobRef(from.getInput()),
        Fields.bytes("params", from.getParams(), Limits.PARAMS_BYTES_MAX),
        Fields.list("shared blobs", from.getShared(), Limits.SHARED_BLOBS_MAX, PlanCodec::blobRef),
        splitRule(from.getSplitRule()),
        from.getChunkBytes(),
        PlanCodec.callLimits(from.getLimits()),
        PlanCodec.budget(from.getBudget()),
        from.getRetries(),
        verification(from.getVerification()),
        routing(from),
        from.getPartialPermille(),
        Fields.named(MemoPolicy.class, from.getMemo()),
        from.getOperationWeight());
  }

  private static SplitRule splitRule(BanyanWire.Manifest.SplitRule.Reader from) {
    return switch (from.which()) {
      case BYTES -> new SplitRule.ByBytes();
      case RECORDS -> new SplitRule.ByRecords(from.getRecords());
      case LINES -> new SplitRule.ByLines();
      case INDEX -> new SplitRule.ByIndex(from.getIndex());
      case MODULE -> new SplitRule.ByModule();
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("split rule");
    };
  }

  private static Verification verification(BanyanWire.Manifest.Verification.Reader from) {
    return switch (from.which()) {
      case NONE -> new Verification.None();
      case SAMPLE -> new Verification.Sample(from.getSample());
      case COPIES -> new Verification.Copies(from.getCopies());
      case FAST -> new Verification.Fast();
      case STANDARD -> new Verification.Standard();
      case STRICT -> new Verification.Strict();
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("verification");
    };
  }

  private static Routing routing(BanyanWire.Manifest.Reader from) {
    return new Routing(
        Fields.named(Priority.class, from.getPriority()),
        Fields.peers("peers of a routing", from.getOnlyPeers(), Routing.PEERS_MAX),
        Fields.texts("labels", from.getLabels(), Routing.LABELS_MAX, Routing.LABEL_LENGTH_MAX),
        from.getPreferLocal());
  }

  static void write(BanyanWire.Lease.Builder to, Lease lease) {
    to.setJob(lease.job().digest().bytes());
    PlanCodec.write(to.initNode(), lease.node());
    to.setKey(lease.key().bytes());
    to.setFromByte(lease.fromByte());
    to.setToByte(lease.toByte());
    lease.part().ifPresent(part -> write(to.initPart(), part));
    to.setChild(Fields.bytes(lease.child()));
    to.setAttempt(lease.attempt());
    to.setParent(lease.parent().bytes());
    PlanCodec.write(to.initGrant(), lease.grant());
    to.setTries(lease.tries());
    to.setDurationMillis(lease.durationMillis());
    to.setDueMillis(lease.dueMillis());
    to.setNotAfterMillis(lease.notAfterMillis());
    Fields.put(to.initAddresses(lease.addresses().size()), lease.addresses());
    StructList.Builder<BanyanWire.Lease.Hint.Builder> hints = to.initHints(lease.hints().size());
    for (int i = 0; i < lease.hints().size(); i++) {
      hints.get(i).setKey(lease.hints().get(i).key().bytes());
      hints.get(i).setPeer(Fields.bytes(lease.hints().get(i).peer()));
    }
  }

  private static void write(BanyanWire.Lease.LeasedPart.Builder to, Lease.LeasedPart part) {
    PlanCodec.write(to.initBytes(), part.bytes());
    to.setParentBytes(part.parentBytes());
  }

  static Lease lease(BanyanWire.Lease.Reader from) {
    return new Lease(
        Fields.job(from.getJob()),
        PlanCodec.planNode(from.getNode()),
        Fields.digest("key", from.getKey()),
        from.getFromByte(),
        from.getToByte(),
        from.hasPart() ? Optional.of(part(from.getPart())) : Optional.empty(),
        Fields.peer(from.getChild()),
        from.getAttempt(),
        Fields.digest("parent of a lease", from.getParent()),
        PlanCodec.budget(from.getGrant()),
        from.getTries(),
        from.getDurationMillis(),
        from.getDueMillis(),
        from.getNotAfterMillis(),
        Fields.texts(
            "addresses", from.getAddresses(), Lease.ADDRESSES_MAX, Rules.ADDRESS_LENGTH_MAX),
        Fields.list("hints", from.getHints(), Lease.HINTS_MAX, PayloadCodec::hint));
  }

  private static Lease.LeasedPart part(BanyanWire.Lease.LeasedPart.Reader from) {
    return new Lease.LeasedPart(PlanCodec.blobRef(from.getBytes()), from.getParentBytes());
  }

  private static Lease.Hint hint(BanyanWire.Lease.Hint.Reader from) {
    return new Lease.Hint(
        Fields.digest("key of a hint", from.getKey()), Fields.peer(from.getPeer()));
  }

  static void write(BanyanWire.Receipt.Builder to, Receipt receipt) {
    to.setJob(receipt.job().digest().bytes());
    to.setKey(receipt.key().bytes());
    to.setLease(receipt.lease().bytes());
    PlanCodec.write(to.initValue(), receipt.value());
    to.setExecutionRoot(receipt.executionRoot().bytes());
    to.setLeaves(receipt.leaves());
    to.setFuel(receipt.fuel());
    switch (receipt.basis()) {
      case Receipt.Ran() -> to.initBasis().setRan(Void.VOID);
      case Receipt.Merged(Digest lentRoot, int lentCount) -> {
        BanyanWire.Receipt.Merged.Builder merged = to.initBasis().initMerged();
        merged.setLentRoot(lentRoot.bytes());
        merged.setLentCount(lentCount);
      }
      case Receipt.Reused() -> to.initBasis().setReused(Void.VOID);
    }
  }

  static Receipt receipt(BanyanWire.Receipt.Reader from) {
    return new Receipt(
        Fields.job(from.getJob()),
        Fields.digest("key", from.getKey()),
        Fields.digest("lease of a receipt", from.getLease()),
        PlanCodec.value(from.getValue()),
        Fields.digest("execution root", from.getExecutionRoot()),
        from.getLeaves(),
        from.getFuel(),
        basis(from.getBasis()));
  }

  private static Receipt.Basis basis(BanyanWire.Receipt.Basis.Reader from) {
    return switch (from.which()) {
      case RAN -> new Receipt.Ran();
      case MERGED -> {
        BanyanWire.Receipt.Merged.Reader merged = from.getMerged();
        yield new Receipt.Merged(
            Fields.digest("root of what was lent", merged.getLentRoot()), merged.getLentCount());
      }
      case REUSED -> new Receipt.Reused();
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("basis of a receipt");
    };
  }

  static void write(BanyanWire.TaskFailure.Builder to, TaskFailure failure) {
    to.setLease(failure.lease().bytes());
    PlanCodec.write(to.initNode(), failure.node());
    PlanCodec.write(to.initClaim(), failure.claim());
  }

  static TaskFailure taskFailure(BanyanWire.TaskFailure.Reader from) {
    return new TaskFailure(
        Fields.digest("lease of a failure", from.getLease()),
        PlanCodec.planNode(from.getNode()),
        PlanCodec.claim(from.getClaim()));
  }

  static void write(BanyanWire.Cancel.Builder to, Cancel cancel) {
    to.setLink(cancel.link().bytes());
    to.setReason(cancel.reason());
  }

  static Cancel cancel(BanyanWire.Cancel.Reader from) {
    return new Cancel(
        Fields.digest("link", from.getLink()), Fields.sentence("reason", from.getReason()));
  }

  static void write(BanyanWire.Accepted.Builder to, Accepted accepted) {
    to.setJob(accepted.job().digest().bytes());
    to.setAcceptedMillis(accepted.acceptedMillis());
    to.setRetentionMillis(accepted.retentionMillis());
  }

  static Accepted accepted(BanyanWire.Accepted.Reader from) {
    return new Accepted(
        Fields.job(from.getJob()), from.getAcceptedMillis(), from.getRetentionMillis());
  }
}
