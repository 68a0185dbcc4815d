# The words of Banyan on the wire.
#
# Rules of this file:
#  - Append only. A field keeps its number, type and default for ever; a field that is no longer
#    used is renamed to obsoleteN. Nothing is removed, reordered or given another type.
#  - Enumerant 0 and union arm 0 are `unset`: who sends it, or leaves it, has sent nothing. A reader
#    refuses unset, and what it does not know, by name.
#  - What may ever need a second field is a struct from the start; every arm of Message is one.
#  - An incompatible change is a new protocol id (/banyan/task/2), not a field here.
#  - A digest is 32 bytes, a key (which names a peer) is 32 bytes. A list of digests or of keys is
#    one Data, 32 bytes each, one after the other.
#  - A `link` is the digest of a signed lease, or a job's id: what entitles its holder.
#  - A signed thing is Data: signer (32) | signature (64) | payload, exactly as it was signed. The
#    payload is a message of this file of its own: standard framing with segment table, one segment.
#  - An arm of a union is no list: the generated init of a list, or of Data, with a size leaves the
#    union unset (capnpc-java 0.1.16). A list stands in a struct; Data is set, not initialised.
#  - Never packed. Never a hash over these bytes, except over those that were signed.
#  - Times at which something happened are Unix milliseconds. Units stand last in names.
#  - How long a list, a text or a frame may be stands with the Java records and in WireLimits.
#
# Generated: schema/src/main/java/io/banyan/schema/wire/BanyanWire.java, by scripts/regenerate-wire.sh.

@0xbb78704227c529f0;

# Declared by id, as java.capnp of capnproto-java has them, so that no import is needed.
annotation javaPackage @0x9ee4c8f803b3b596 (file) :Text;
annotation javaOuterClassname @0x9b066bb4881f7cd3 (file) :Text;

$javaPackage("io.banyan.schema.wire");
$javaOuterClassname("BanyanWire");

# ---- What jobs are made of -------------------------------------------------------------------

struct BlobRef {
  digest @0 :Data;
  length @1 :UInt64;
}

struct Value {
  union {
    unset @0 :Void;
    blob @1 :BlobRef;
    rope @2 :BlobRef;
    empty @3 :Void;
  }
}

struct PlanNode {
  union {
    unset @0 :Void;
    cells :group {
      from @1 :UInt32;
      to @2 :UInt32;
    }
    part :group {
      path @3 :List(UInt16);
    }
    parts :group {
      path @4 :List(UInt16);
      from @5 :UInt32;
      to @6 :UInt32;
    }
  }
}

struct CallLimits {
  fuel @0 :UInt64;
  memoryBytesMax @1 :UInt64;
  depthBytesMax @2 :UInt64;
  outputBytesMax @3 :UInt64;
  wallMillis @4 :UInt64;
}

struct Budget {
  fuel @0 :UInt64;
  leaves @1 :UInt64;
  bytes @2 :UInt64;
  memoryBytesMax @3 :UInt64;
  hops @4 :UInt32;
  timeMillis @5 :UInt64;
}

enum Priority {
  unset @0;
  low @1;
  normal @2;
  high @3;
  critical @4;
}

enum MemoPolicy {
  unset @0;
  private @1;
  shared @2;
  refused @3;
}

enum GuestFunction {
  unset @0;
  split @1;
  execute @2;
  merge @3;
}

enum TrapKind {
  unset @0;
  unreachable @1;
  memoryOutOfBounds @2;
  tableOutOfBounds @3;
  uninitializedElement @4;
  indirectCallTypeMismatch @5;
  integerDivideByZero @6;
  integerOverflow @7;
  invalidConversionToInteger @8;
  nonzeroExit @9;
}

enum LimitKind {
  unset @0;
  depth @1;
  output @2;
  merge @3;
  split @4;
  leaf @5;
}

struct Claim {
  profile @0 :Text;
  key @1 :Data;
  function @2 :GuestFunction;
  input @3 :Data;
  output @4 :Data;
  outputBytes @5 :UInt64;
  fuel @6 :UInt64;
  outcome :union {
    unset @7 :Void;
    completed @8 :Void;
    trapped @9 :TrapKind;
    outOfFuel @10 :Void;
    limitExceeded @11 :LimitKind;
    failed @12 :Text;
    badOutput @13 :Void;
  }
}

# ---- Payloads of signed things ---------------------------------------------------------------

struct Manifest {
  profile @0 :Text;
  token @1 :Data;
  createdMillis @2 :UInt64;
  module @3 :BlobRef;
  input @4 :BlobRef;
  params @5 :Data;
  shared @6 :List(BlobRef);
  splitRule :union {
    unset @7 :Void;
    bytes @8 :Void;
    records @9 :UInt32;
    lines @10 :Void;
    index @11 :UInt32;
    module @12 :Void;
  }
  chunkBytes @13 :UInt32;
  limits @14 :CallLimits;
  budget @15 :Budget;
  retries @16 :UInt32;
  verification :union {
    unset @17 :Void;
    none @18 :Void;
    sample @19 :UInt32;
    copies @20 :UInt32;
    fast @21 :Void;
    standard @22 :Void;
    strict @23 :Void;
  }
  priority @24 :Priority;
  onlyPeers @25 :Data;
  labels @26 :List(Text);
  preferLocal @27 :Bool;
  partialPermille @28 :UInt32;
  memo @29 :MemoPolicy;
  operationWeight @30 :Float64;
  entry @31 :Data; # key
  endMillis @32 :UInt64;
}

struct Lease {
  job @0 :Data;
  node @1 :PlanNode;
  key @2 :Data;
  fromByte @3 :UInt64;
  toByte @4 :UInt64;
  child @5 :Data;
  attempt @6 :UInt32;
  parent @7 :Data;
  grant @8 :Budget;
  durationMillis @9 :UInt64;
  notAfterMillis @10 :UInt64;
  addresses @11 :List(Text);
  hints @12 :List(Hint);
  part @13 :LeasedPart; # null unless the node is a part of a split
  tries @14 :UInt32;
  dueMillis @15 :UInt64;

  struct Hint {
    key @0 :Data;
    peer @1 :Data;
  }

  struct LeasedPart {
    bytes @0 :BlobRef;
    parentBytes @1 :UInt64;
  }
}

struct Receipt {
  job @0 :Data;
  key @1 :Data;
  lease @2 :Data;
  value @3 :Value;
  executionRoot @4 :Data;
  leaves @5 :UInt64;
  fuel @6 :UInt64;
  basis :union {
    unset @7 :Void;
    ran @8 :Void;
    merged @9 :Merged;
    reused @10 :Void;
  }

  struct Merged {
    obsolete0 @0 :List(Claim);
    obsolete1 @1 :List(ObsoleteTile);
    lentRoot @2 :Data;
    lentCount @3 :UInt32;
  }

  struct ObsoleteTile {
    union {
      unset @0 :Void;
      own @1 :ObsoleteOwn;
      lent @2 :Data;
    }
  }

  struct ObsoleteOwn {
    node @0 :PlanNode;
    executionRoot @1 :Data;
    leaves @2 :UInt64;
    fuel @3 :UInt64;
  }
}

struct TaskFailure {
  lease @0 :Data;
  claim @1 :Claim;
  node @2 :PlanNode;
}

struct Cancel {
  link @0 :Data;
  reason @1 :Text;
}

struct Accepted {
  job @0 :Data;
  acceptedMillis @1 :UInt64;
  retentionMillis @2 :UInt64;
}

# ---- /banyan/task/1: between nodes -----------------------------------------------------------

struct CapabilityReport {
  agentVersion @0 :Text;
  protocolVersion @1 :UInt32;
  profiles @2 :List(Text);
  workers @3 :UInt32;
  freeWorkers @4 :UInt32;
  fuelPerSecond @5 :UInt64;
  memoryBytes @6 :UInt64;
  queueLength @7 :UInt32;
  labels @8 :List(Text);
  limits @9 :JobLimits;
  accepting @10 :Bool;
}

struct JobLimits {
  call @0 :CallLimits;
  inputBytesMax @1 :UInt64;
  leavesMax @2 :UInt64;
}

struct LeaseOffer {
  manifest @0 :Data; # signed Manifest
  chain @1 :List(Data); # signed Lease each; the last is the one offered
}

struct LeaseReply {
  lease @0 :Data;
  answer :union {
    unset @1 :Void;
    accepted @2 :LeaseAccepted;
    refused @3 :Refused;
  }
}

struct LeaseAccepted {
  estimatedMillis @0 :UInt64;
}

enum RefusedCode {
  unset @0;
  busy @1;
  draining @2;
  notAllowed @3;
  notFound @4;
  unsupported @5;
  invalid @6;
  overLimit @7;
  noSpace @8;
  expired @9;
}

struct Refused {
  code @0 :RefusedCode;
  sentence @1 :Text;
  retryAfterMillis @2 :UInt64;
}

struct Result {
  lease @0 :Data;
  receipt @1 :Data; # signed Receipt
}

enum BudgetKind {
  unset @0;
  fuel @1;
  leaves @2;
  bytes @3;
  memory @4;
  hops @5;
  time @6;
}

struct Failure {
  lease @0 :Data;
  kind :union {
    unset @1 :Void;
    nodeFailure @2 :Text;
    taskFailure @3 :Data; # signed TaskFailure
    validationFailure @4 :Text;
    timeoutFailure @5 :UInt64; # milliseconds
    limitExceeded @6 :BudgetExceeded;
    refused @7 :Refused;
  }
}

struct BudgetExceeded {
  which @0 :BudgetKind;
  sentence @1 :Text;
}

struct Heartbeat {
  sequence @0 :UInt64;
  freeWorkers @1 :UInt32;
  leases @2 :List(LeaseProgress);
}

struct LeaseProgress {
  lease @0 :Data;
  leavesDone @1 :UInt64;
  leavesTotal @2 :UInt64;
  fuel @3 :UInt64;
}

struct CancelLease {
  cancel @0 :Data; # signed Cancel
}

struct Orphan {
  job @0 :Data;
  finished @1 :List(Finished);

  struct Finished {
    key @0 :Data;
    value @1 :Value;
  }
}

struct ProofRequest {
  lease @0 :Data;
  key @1 :Data;
  function @2 :GuestFunction;
}

struct ProofReply {
  lease @0 :Data;
  answer :union {
    unset @1 :Void;
    proof @2 :InclusionProof;
    refused @3 :Refused;
  }
}

struct InclusionProof {
  claim @0 :Claim;
  beside @1 :Beside; # null for a leaf's claim
  levels @2 :List(Level);

  struct Beside {
    others @0 :Data; # digests
    index @1 :UInt32;
    children @2 :UInt32;
    childrenRoot @3 :Data;
  }

  struct Level {
    own @0 :Data; # digests
    index @1 :UInt32;
    children @2 :UInt32;
    path @3 :Data; # digests
  }
}

struct Ack {
  digest @0 :Data;
}

# ---- /banyan/data/1: bytes -------------------------------------------------------------------

struct BlobRequest {
  ref @0 :BlobRef;
  firstByte @1 :UInt64;
  byteCount @2 :UInt64;
  link @3 :Data;
}

struct BlobReply { # byteCount raw bytes follow behind the frame
  ref @0 :BlobRef;
  firstByte @1 :UInt64;
  byteCount @2 :UInt64;
  firstBlock @3 :UInt64;
  endBlock @4 :UInt64;
  outside @5 :Data; # digests
}

struct RopeRequest {
  rope @0 :BlobRef;
  link @1 :Data;
}

struct RopeReply {
  rope @0 :BlobRef;
  parts @1 :List(Value); # each a blob or a rope
}

struct EntriesRequest {
  lease @0 :Data;
  first @1 :UInt64;
  count @2 :UInt32;
}

struct EntriesReply { # count frames of ReceiptEntry follow: leases, receipts, steps
  lease @0 :Data;
  first @1 :UInt64;
  count @2 :UInt32;
  more @3 :Bool;
}

# ---- /banyan/client/1: ComputeService, for users ---------------------------------------------

struct SubmitJob {
  manifest @0 :Data; # signed Manifest
}

struct JobAccepted {
  accepted @0 :Data; # signed Accepted
}

struct GetJobStatus {
  job @0 :Data;
}

enum JobState {
  unset @0;
  pending @1;
  assigned @2;
  computing @3;
  verifying @4;
  complete @5;
  failed @6;
  cancelled @7;
  timeout @8;
  partial @9;
}

struct JobStatus {
  job @0 :Data;
  state @1 :JobState;
  leavesDone @2 :UInt64;
  leavesTotal @3 :UInt64;
  fuel @4 :UInt64;
  startedMillis @5 :UInt64;
  updatedMillis @6 :UInt64;
  remainingKnown @7 :Bool;
  remainingMillis @8 :UInt64;
  failure @9 :Text; # null unless there is one
  verification @10 :Text;
}

struct Watch {
  job @0 :Data;
  fromSequence @1 :UInt64;
}

struct JobEvent {
  job @0 :Data;
  sequence @1 :UInt64;
  atMillis @2 :UInt64;
  what :union {
    unset @3 :Void;
    status @4 :JobStatus;
    decided @5 :DecisionLine;
    node @6 :NodeEvent;
  }
}

enum NodeEventKind {
  unset @0;
  lent @1;
  accepted @2;
  finished @3;
  failed @4;
  lost @5;
  checked @6;
}

struct NodeEvent {
  kind @0 :NodeEventKind;
  node @1 :PlanNode;
  peer @2 :Data;
  sentence @3 :Text;
  seconds @4 :Float64;
  fuel @5 :UInt64;
  attempt @6 :UInt32;
}

struct GetJobResult {
  job @0 :Data;
  timeoutMillis @1 :UInt64;
}

struct JobResult {
  job @0 :Data;
  answer :union {
    unset @1 :Void;
    whole @2 :Value;
    partial @3 :Partial;
  }
  receipt @4 :BlobRef; # null beside a partial answer

  struct Partial {
    pieces @0 :List(Piece);
    missing @1 :List(PlanNode);
    bytes @2 :BlobRef;
  }

  struct Piece {
    node @0 :PlanNode;
    value @1 :Value;
  }
}

struct CancelJob {
  cancel @0 :Data; # signed Cancel
}

struct GetComputeCapacity {
}

struct SetAccepting {
  accepting @0 :Bool;
}

struct Explain {
  job @0 :Data;
  node @1 :PlanNode; # null: all of the job
  firstLine @2 :UInt32;
}

struct Explanation {
  lines @0 :List(DecisionLine);
  more @1 :Bool;
}

enum Role {
  unset @0;
  manager @1;
  worker @2;
}

struct DecisionLine {
  node @0 :PlanNode;
  role @1 :Role;
  dataSize @2 :Float64;
  operationWeight @3 :Float64;
  availableCapacity @4 :Float64;
  thresholdSeconds @5 :Float64;
  predictedSeconds @6 :Float64;
  reason @7 :Text;
  actualSeconds @8 :Float64;
  link @9 :Data;
}

struct GetTree {
  job @0 :Data;
  firstLine @1 :UInt32;
}

struct Tree {
  lines @0 :List(TreeLine);
  more @1 :Bool;
}

enum LeaseState {
  unset @0;
  running @1;
  finished @2;
  failed @3;
  lost @4;
}

struct TreeLine {
  node @0 :PlanNode;
  peer @1 :Data;
  lender @2 :Data; # null at depth 0
  depth @3 :UInt32;
  state @4 :LeaseState;
  leaves @5 :UInt64;
  leavesBelow @6 :UInt64;
  seconds @7 :Float64;
  fuel @8 :UInt64;
  attempt @9 :UInt32;
  failure @10 :Text; # null unless there is one
}

struct LoggedLine {
  node @0 :PlanNode;
  function @1 :GuestFunction;
  peer @2 :Data;
  level @3 :UInt32;
  text @4 :Text;
}

struct TaskLogs {
  lease @0 :Data;
  lines @1 :List(LoggedLine);
  cut @2 :UInt64;
}

struct GetLogs {
  job @0 :Data;
  node @1 :PlanNode; # null: all of the job
  firstLine @2 :UInt32;
}

struct Logs {
  lines @0 :List(LoggedLine);
  more @1 :Bool;
  cut @2 :UInt64;
}

struct GetReceipt {
  job @0 :Data;
}

struct ReceiptReady {
  job @0 :Data;
  receipt @1 :BlobRef;
}

struct ListJobs {
  first @0 :UInt32;
}

struct Jobs {
  jobs @0 :List(JobSummary);
  more @1 :Bool;
}

struct JobSummary {
  job @0 :Data;
  submitter @1 :Data;
  state @2 :JobState;
  leavesDone @3 :UInt64;
  leavesTotal @4 :UInt64;
  createdMillis @5 :UInt64;
  updatedMillis @6 :UInt64;
}

struct ListPeers {
  first @0 :UInt32;
}

struct Peers {
  peers @0 :List(PeerSummary);
  more @1 :Bool;
}

enum Standing {
  unset @0;
  new @1;
  trusted @2;
  probation @3;
  banned @4;
}

struct PeerSummary {
  peer @0 :Data;
  address @1 :Text; # null unless known
  connected @2 :Bool;
  standing @3 :Standing;
  agentVersion @4 :Text;
  roundTripMicros @5 :UInt64;
  fuelPerSecond @6 :UInt64;
  freeWorkers @7 :UInt32;
  leases @8 :UInt32;
  draining @9 :Bool;
}

# ---- The roots -------------------------------------------------------------------------------

struct Message {
  union {
    unset @0 :Void;

    capabilityReport @1 :CapabilityReport; # task, and the answer to getComputeCapacity
    leaseOffer @2 :LeaseOffer;
    leaseReply @3 :LeaseReply;
    result @4 :Result;
    failure @5 :Failure;
    heartbeat @6 :Heartbeat;
    cancelLease @7 :CancelLease;
    orphan @8 :Orphan;
    proofRequest @9 :ProofRequest;
    proofReply @10 :ProofReply;
    ack @11 :Ack; # task and client

    blobRequest @12 :BlobRequest;
    blobReply @13 :BlobReply;
    ropeRequest @14 :RopeRequest;
    ropeReply @15 :RopeReply;
    entriesRequest @16 :EntriesRequest;
    entriesReply @17 :EntriesReply;
    refused @18 :Refused; # data and client

    submitJob @19 :SubmitJob;
    jobAccepted @20 :JobAccepted;
    getJobStatus @21 :GetJobStatus;
    jobStatus @22 :JobStatus;
    watch @23 :Watch;
    jobEvent @24 :JobEvent;
    getJobResult @25 :GetJobResult;
    jobResult @26 :JobResult;
    cancelJob @27 :CancelJob;
    getComputeCapacity @28 :GetComputeCapacity;
    explain @29 :Explain;
    explanation @30 :Explanation;
    getReceipt @31 :GetReceipt;
    receiptReady @32 :ReceiptReady;
    listJobs @33 :ListJobs;
    jobs @34 :Jobs;
    listPeers @35 :ListPeers;
    peers @36 :Peers;
    getTree @37 :GetTree;
    tree @38 :Tree;
    getLogs @39 :GetLogs;
    logs @40 :Logs;

    taskLogs @41 :TaskLogs; # task

    setAccepting @42 :SetAccepting;
  }
}

# One frame of the file that a user keeps; see ReceiptEntry.java for their order.
struct ReceiptEntry {
  union {
    unset @0 :Void;
    manifest @1 :Data; # signed Manifest
    lease @2 :Data; # signed Lease
    step @3 :Step;
    failure @4 :Data; # signed TaskFailure
    end @5 :Data; # signed Receipt of the root
    receipt @6 :Data; # signed Receipt of the lease before it
  }
}

struct Step {
  node @0 :PlanNode;
  claim @1 :Claim;
  parts @2 :List(BlobRef); # what a split made; otherwise empty
}
