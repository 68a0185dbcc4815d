package io.banyan.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random values of every record that travels, valid by its rules; numbers and sizes often stand at
 * their bounds. The same source of randomness gives the same values.
 */
final class Samples {
  private final Random random;

  Samples(Random random) {
    this.random = random;
  }

  long number(long min, long max) {
    return switch (random.nextInt(8)) {
      case 0 -> min;
      case 1 -> max;
      case 2 -> min + Math.min(random.nextInt(3), max - min);
      default -> max - min < 0 ? random.nextLong() >>> 1 : min + drawn(max - min);
    };
  }

  /** 0 to {@code max}, small ones as often as large ones. */
  private long drawn(long max) {
    long scaled = random.nextLong() >>> (1 + random.nextInt(63));
    return max == Long.MAX_VALUE ? scaled : scaled % (max + 1);
  }

  int integer(int min, int max) {
    return (int) number(min, max);
  }

  long natural() {
    return number(0, Long.MAX_VALUE);
  }

  private double measure() {
    return random.nextInt(4) == 0 ? 0 : random.nextDouble() * Math.pow(10, random.nextInt(30));
  }

  private <T> T oneOf(List<Supplier<T>> suppliers) {
    return suppliers.get(random.nextInt(suppliers.size())).get();
  }

  private <E extends Enum<E>> E oneOf(Class<E> type) {
    E[] all = type.getEnumConstants();
    return all[random.nextInt(all.length)];
  }

  private <T> List<T> list(int min, int max, Supplier<T> supplier) {
    int size = random.nextInt(16) == 0 ? max : min + random.nextInt(Math.min(4, max - min + 1));
    List<T> list = new ArrayList<>();
    while (list.size() < size) {
      list.add(supplier.get());
    }
    return list;
  }

  private <T> Optional<T> optional(Supplier<T> supplier) {
    return random.nextBoolean() ? Optional.of(supplier.get()) : Optional.empty();
  }

  Bytes bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Bytes.of(bytes);
  }

  private String text(int min, int max, String alphabet) {
    int length = integer(min, max);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  String sentence() {
    return random.nextInt(4) == 0
        ? "größer als 3 µs → 🌳 " + text(0, 64, "abc ")
        : text(0, Rules.SENTENCE_BYTES_MAX, "abcdefghijklmnop qrstuvwxyz.,:0123456789");
  }

  private String label() {
    return text(1, Routing.LABEL_LENGTH_MAX, "abcXYZ019._=-");
  }

  private String address() {
    return "/" + text(0, Rules.ADDRESS_LENGTH_MAX - 1, "ip4/tcp0129.:~!");
  }

  private String version() {
    return text(1, Rules.VERSION_LENGTH_MAX, "banyan/0.12-SNAPSHOT+");
  }

  Digest digest() {
    return Digest.of(bytes(Digest.LENGTH).toArray());
  }

  PublicKey key() {
    return new PublicKey(bytes(PublicKey.LENGTH));
  }

  PeerId peer() {
    return key().peerId();
  }

  JobId job() {
    return new JobId(digest());
  }

  Signed signed(int payloadBytesMax) {
    return new Signed(
        key(),
        bytes(Signed.SIGNATURE_LENGTH),
        bytes(Math.min(integer(0, payloadBytesMax), 8 << 10)));
  }

  BlobRef blob() {
    return new BlobRef(digest(), natural());
  }

  Value value() {
    return oneOf(
        List.of(
            () -> new Value.Blob(blob()),
            () -> new Value.Rope(digest(), natural()),
            () -> new Value.Empty()));
  }

  Value fullValue() {
    return random.nextBoolean() ? new Value.Blob(blob()) : new Value.Rope(digest(), natural());
  }

  PlanNode planNode() {
    return oneOf(
        List.of(
            () -> new PlanNode.Cells(interval(1, Limits.CELLS_MAX)),
            () -> new PlanNode.Part(path()),
            this::parts));
  }

  private PlanNode parts() {
    return new PlanNode.Parts(
        list(0, Limits.SPLIT_DEPTH_MAX - 1, this::index), interval(2, Limits.PARTS_MAX));
  }

  private int index() {
    return integer(0, Limits.PARTS_MAX - 1);
  }

  private Interval interval(int countMin, int max) {
    int from = integer(0, max - countMin);
    return new Interval(from, integer(from + countMin, max));
  }

  private List<Integer> path() {
    return list(0, Limits.SPLIT_DEPTH_MAX, this::index);
  }

  Profile profile() {
    return new Profile(text(1, 32, "abcxyz0129.-"));
  }

  CallLimits callLimits() {
    return new CallLimits(
        number(1, CallLimits.FUEL_MAX),
        CallLimits.PAGE_BYTES * number(1, CallLimits.MEMORY_BYTES_MAX / CallLimits.PAGE_BYTES),
        number(1, CallLimits.DEPTH_BYTES_MAX),
        number(0, CallLimits.MEMORY_BYTES_MAX),
        number(1, Budget.TIME_MILLIS_MAX));
  }

  Budget budget() {
    return new Budget(
        number(1, Long.MAX_VALUE),
        number(1, Long.MAX_VALUE),
        natural(),
        number(1, Long.MAX_VALUE),
        integer(0, Limits.HOPS_MAX),
        number(1, Budget.TIME_MILLIS_MAX));
  }

  Outcome outcome() {
    return oneOf(
        List.of(
            () -> new Outcome.Completed(),
            () -> new Outcome.Trapped(oneOf(TrapKind.class)),
            () -> new Outcome.OutOfFuel(),
            () -> new Outcome.LimitExceeded(oneOf(LimitKind.class)),
            () -> new Outcome.Failed(sentence()),
            () -> new Outcome.Failed("two\nlines\0"),
            () -> new Outcome.BadOutput()));
  }

  Claim claim() {
    return claim(oneOf(GuestFunction.class), outcome());
  }

  private Claim claim(GuestFunction function, Outcome outcome) {
    boolean completed = outcome instanceof Outcome.Completed;
    return new Claim(
        profile(),
        digest(),
        function,
        digest(),
        completed ? digest() : Digest.ZERO,
        completed ? natural() : 0,
        natural(),
        outcome);
  }

  Step step() {
    Claim claim = claim();
    boolean split =
        claim.function() == GuestFunction.SPLIT && claim.outcome() instanceof Outcome.Completed;
    return new Step(planNode(), claim, split ? list(1, Limits.PARTS_MAX, this::blob) : List.of());
  }

  Manifest manifest() {
    SplitRule rule =
        oneOf(
            List.of(
                SplitRule.ByBytes::new,
                () -> new SplitRule.ByRecords(integer(1, 1 << 12)),
                SplitRule.ByLines::new,
                () -> new SplitRule.ByIndex(integer(1, Limits.CELLS_MAX)),
                SplitRule.ByModule::new));
    boolean index = rule instanceof SplitRule.ByIndex;
    long createdMillis = number(0, Long.MAX_VALUE - 1);
    int unit = rule instanceof SplitRule.ByRecords(int recordBytes) ? recordBytes : 1;
    return new Manifest(
        profile(),
        bytes(Manifest.TOKEN_LENGTH),
        createdMillis,
        number(createdMillis + 1, Long.MAX_VALUE),
        key(),
        new BlobRef(digest(), number(1, Limits.MODULE_BYTES_MAX)),
        index ? BlobRef.EMPTY : new BlobRef(digest(), unit * number(0, 1 << 20)),
        bytes(integer(0, random.nextInt(8) == 0 ? Limits.PARAMS_BYTES_MAX : 64)),
        list(0, Limits.SHARED_BLOBS_MAX, this::blob),
        rule,
        index ? 0 : unit * integer(1, Limits.CHUNK_BYTES_MAX / unit),
        callLimits(),
        budget(),
        integer(0, Manifest.RETRIES_MAX),
        verification(),
        new Routing(
            oneOf(Priority.class),
            list(0, Routing.PEERS_MAX, this::peer),
            list(0, Routing.LABELS_MAX, this::label),
            random.nextBoolean()),
        integer(1, 1000),
        oneOf(MemoPolicy.class),
        measure());
  }

  private Verification verification() {
    return oneOf(
        List.of(
            Verification.None::new,
            () -> new Verification.Sample(integer(1, Integer.MAX_VALUE)),
            () -> new Verification.Copies(integer(2, 8)),
            Verification.Fast::new,
            Verification.Standard::new,
            Verification.Strict::new));
  }

  Lease lease() {
    PlanNode node =
        oneOf(
            List.of(
                () -> new PlanNode.Cells(interval(1, Limits.CELLS_MAX)),
                () -> new PlanNode.Part(path())));
    boolean part = node instanceof PlanNode.Part(List<Integer> path) && !path.isEmpty();
    long fromByte = part ? 0 : natural();
    return new Lease(
        job(),
        node,
        digest(),
        fromByte,
        part ? 0 : number(fromByte, Long.MAX_VALUE),
        part ? Optional.of(leasedPart()) : Optional.empty(),
        peer(),
        integer(0, Integer.MAX_VALUE),
        digest(),
        budget(),
        integer(0, Manifest.RETRIES_MAX + 1),
        number(1, Budget.TIME_MILLIS_MAX),
        number(0, Budget.TIME_MILLIS_MAX),
        number(1, Long.MAX_VALUE),
        list(0, Lease.ADDRESSES_MAX, this::address),
        list(0, Lease.HINTS_MAX, () -> new Lease.Hint(digest(), peer())));
  }

  private Lease.LeasedPart leasedPart() {
    return new Lease.LeasedPart(
        new BlobRef(digest(), number(1, Long.MAX_VALUE)), number(1, Long.MAX_VALUE));
  }

  Receipt receipt() {
    return new Receipt(
        job(),
        digest(),
        digest(),
        fullValue(),
        digest(),
        number(1, Long.MAX_VALUE),
        natural(),
        oneOf(
            List.of(
                Receipt.Ran::new,
                Receipt.Reused::new,
                () -> new Receipt.Merged(digest(), integer(1, Receipt.Merged.LENT_MAX)))));
  }

  TaskFailure taskFailure() {
    Outcome outcome = outcome();
    return new TaskFailure(
        digest(),
        planNode(),
        claim(
            oneOf(GuestFunction.class),
            outcome instanceof Outcome.Completed ? new Outcome.BadOutput() : outcome));
  }

  Cancel cancel() {
    return new Cancel(digest(), sentence());
  }

  Accepted accepted() {
    return new Accepted(job(), natural(), natural());
  }

  Refused refused() {
    return new Refused(
        oneOf(Refused.Code.class), sentence(), number(0, Refused.RETRY_AFTER_MILLIS_MAX));
  }

  CapabilityReport capabilityReport() {
    int workers = integer(0, CapabilityReport.WORKERS_MAX);
    return new CapabilityReport(
        version(),
        integer(1, 0xffff),
        list(1, CapabilityReport.PROFILES_MAX, this::profile),
        workers,
        integer(0, workers),
        natural(),
        natural(),
        integer(0, Integer.MAX_VALUE),
        list(0, Routing.LABELS_MAX, this::label),
        new CapabilityReport.JobLimits(callLimits(), natural(), number(1, Limits.CELLS_MAX)),
        random.nextBoolean());
  }

  Failure failure() {
    return new Failure(
        digest(),
        oneOf(
            List.of(
                () -> new Failure.NodeFailure(sentence()),
                () -> new Failure.TaskFailed(signed(WireLimits.TASK_FAILURE_BYTES_MAX)),
                () -> new Failure.ValidationFailure(sentence()),
                () -> new Failure.TimeoutFailure(number(0, Budget.TIME_MILLIS_MAX)),
                () -> new Failure.LimitExceeded(oneOf(Failure.BudgetKind.class), sentence()),
                this::refused)));
  }

  Heartbeat heartbeat() {
    return new Heartbeat(
        natural(),
        integer(0, CapabilityReport.WORKERS_MAX),
        list(0, Heartbeat.LEASES_MAX, this::progress));
  }

  private Heartbeat.LeaseProgress progress() {
    long total = number(0, Limits.CELLS_MAX);
    long done = number(0, total == 0 ? Limits.CELLS_MAX : total);
    return new Heartbeat.LeaseProgress(digest(), done, total, natural());
  }

  InclusionProof inclusionProof() {
    GuestFunction function = oneOf(GuestFunction.class);
    Optional<InclusionProof.Beside> beside =
        function == GuestFunction.EXECUTE ? Optional.empty() : Optional.of(beside());
    return new InclusionProof(
        claim(function, outcome()), beside, list(0, InclusionProof.LEVELS_MAX, this::level));
  }

  private InclusionProof.Beside beside() {
    List<Digest> others = list(0, InclusionProof.OWN_MAX - 1, this::digest);
    return new InclusionProof.Beside(
        others, integer(0, others.size()), integer(1, Limits.FAN_OUT), digest());
  }

  private InclusionProof.Level level() {
    int children = integer(1, Limits.FAN_OUT);
    return new InclusionProof.Level(
        list(0, InclusionProof.OWN_MAX, this::digest),
        integer(0, children - 1),
        children,
        list(0, InclusionProof.PATH_MAX, this::digest));
  }

  /** One message of each kind. */
  List<Message> messages() {
    return List.of(
        capabilityReport(),
        new TaskMessage.LeaseOffer(
            signed(WireLimits.MANIFEST_BYTES_MAX),
            list(1, WireLimits.CHAIN_MAX, () -> signed(WireLimits.LEASE_BYTES_MAX))),
        new LeaseReply(digest(), new LeaseReply.Taken(number(0, Budget.TIME_MILLIS_MAX))),
        new LeaseReply(digest(), refused()),
        new TaskMessage.Result(digest(), signed(WireLimits.RECEIPT_BYTES_MAX)),
        failure(),
        heartbeat(),
        new TaskMessage.CancelLease(signed(WireLimits.CANCEL_BYTES_MAX)),
        new TaskMessage.Orphan(
            job(),
            list(
                0,
                TaskMessage.Orphan.FINISHED_MAX,
                () -> new TaskMessage.Finished(digest(), fullValue()))),
        new TaskMessage.ProofRequest(digest(), digest(), oneOf(GuestFunction.class)),
        new ProofReply(digest(), inclusionProof()),
        new ProofReply(digest(), refused()),
        new Ack(digest()),
        blobRequest(),
        blobReply(),
        new DataMessage.RopeRequest(new Value.Rope(digest(), natural()), digest()),
        ropeReply(),
        new DataMessage.EntriesRequest(
            digest(), natural(), integer(1, DataMessage.EntriesRequest.COUNT_MAX)),
        new DataMessage.EntriesReply(
            digest(),
            natural(),
            integer(0, DataMessage.EntriesRequest.COUNT_MAX),
            random.nextBoolean()),
        refused(),
        new ClientMessage.SubmitJob(signed(WireLimits.MANIFEST_BYTES_MAX)),
        new ClientMessage.JobAccepted(signed(WireLimits.ACCEPTED_BYTES_MAX)),
        new ClientMessage.GetJobStatus(job()),
        jobStatus(),
        new ClientMessage.Watch(job(), natural()),
        jobEvent(),
        new ClientMessage.GetJobResult(job(), number(0, Budget.TIME_MILLIS_MAX)),
        jobResult(),
        new ClientMessage.CancelJob(signed(WireLimits.CANCEL_BYTES_MAX)),
        new ClientMessage.GetComputeCapacity(),
        new ClientMessage.SetAccepting(random.nextBoolean()),
        new ClientMessage.Explain(job(), optional(this::planNode), integer(0, 1 << 20)),
        new ClientMessage.Explanation(list(0, 8, this::decisionLine), random.nextBoolean()),
        new ClientMessage.GetTree(job(), integer(0, 1 << 20)),
        new ClientMessage.Tree(list(0, 64, this::treeLine), random.nextBoolean()),
        new ClientMessage.GetLogs(job(), optional(this::planNode), integer(0, 1 << 20)),
        new ClientMessage.Logs(list(0, 8, this::loggedLine), random.nextBoolean(), natural()),
        new TaskMessage.TaskLogs(digest(), list(0, 8, this::loggedLine), natural()),
        new ClientMessage.GetReceipt(job()),
        new ClientMessage.ReceiptReady(job(), blob()),
        new ClientMessage.ListJobs(integer(0, Integer.MAX_VALUE)),
        new ClientMessage.Jobs(
            list(0, ClientMessage.ROWS_MAX, this::jobSummary), random.nextBoolean()),
        new ClientMessage.ListPeers(integer(0, Integer.MAX_VALUE)),
        new ClientMessage.Peers(list(0, 8, this::peerSummary), random.nextBoolean()));
  }

  private DataMessage.BlobRequest blobRequest() {
    BlobRef ref = new BlobRef(digest(), number(1, Long.MAX_VALUE));
    long count = number(1, Math.min(ref.length(), DataMessage.BlobRequest.BYTES_MAX));
    return new DataMessage.BlobRequest(ref, number(0, ref.length() - count), count, digest());
  }

  private DataMessage.BlobReply blobReply() {
    BlobRef ref = new BlobRef(digest(), number(1, 1L << 40));
    long firstBlock = number(0, ref.blockCount() - 1);
    long endBlock = number(firstBlock + 1, Math.min(firstBlock + 200, ref.blockCount()));
    long firstByte = firstBlock * Limits.BLOCK_BYTES;
    return new DataMessage.BlobReply(
        ref,
        firstByte,
        Math.min(ref.length(), endBlock * Limits.BLOCK_BYTES) - firstByte,
        new RangeProof(firstBlock, endBlock, list(0, RangeProof.OUTSIDE_MAX, this::digest)));
  }

  private DataMessage.RopeReply ropeReply() {
    List<Named> parts =
        list(
            2,
            Limits.FAN_OUT,
            () ->
                random.nextBoolean()
                    ? new BlobRef(digest(), number(0, 1L << 40))
                    : new Value.Rope(digest(), number(0, 1L << 40)));
    return new DataMessage.RopeReply(Value.Rope.over(parts), parts);
  }

  private JobStatus jobStatus() {
    return new JobStatus(
        job(),
        oneOf(JobState.class),
        number(0, Limits.CELLS_MAX),
        number(0, Limits.CELLS_MAX),
        natural(),
        natural(),
        natural(),
        random.nextBoolean()
            ? OptionalLong.of(number(0, Budget.TIME_MILLIS_MAX))
            : OptionalLong.empty(),
        optional(this::sentence),
        sentence());
  }

  private DecisionLine decisionLine() {
    return new DecisionLine(
        digest(),
        planNode(),
        oneOf(DecisionLine.Role.class),
        measure(),
        measure(),
        measure(),
        measure(),
        measure(),
        measure(),
        sentence());
  }

  private TreeLine treeLine() {
    int depth = integer(0, Limits.HOPS_MAX);
    return new TreeLine(
        planNode(),
        peer(),
        depth == 0 ? Optional.empty() : Optional.of(peer()),
        depth,
        oneOf(TreeLine.State.class),
        number(0, Limits.CELLS_MAX),
        number(0, Limits.CELLS_MAX),
        measure(),
        natural(),
        integer(0, 1 << 20),
        optional(this::sentence));
  }

  private JobEvent jobEvent() {
    return new JobEvent(
        job(),
        natural(),
        natural(),
        oneOf(
            List.of(
                () -> new JobEvent.Moved(jobStatus()),
                () -> new JobEvent.Decided(decisionLine()),
                () ->
                    new JobEvent.AtNode(
                        oneOf(JobEvent.NodeEventKind.class),
                        planNode(),
                        peer(),
                        sentence(),
                        measure(),
                        natural(),
                        integer(0, 1 << 20)))));
  }

  private JobResult jobResult() {
    return new JobResult(
        job(), random.nextBoolean() ? new JobResult.Whole(value(), blob()) : partial());
  }

  private JobResult.Partial partial() {
    List<JobResult.Piece> pieces =
        list(
            0,
            64,
            () ->
                new JobResult.Piece(
                    planNode(), new Value.Rope(digest(), number(0, Long.MAX_VALUE >> 8))));
    long bytes = pieces.stream().mapToLong(piece -> piece.value().named().length()).sum();
    return new JobResult.Partial(pieces, list(0, 64, this::planNode), new BlobRef(digest(), bytes));
  }

  private LoggedLine loggedLine() {
    return new LoggedLine(
        planNode(),
        oneOf(GuestFunction.class),
        peer(),
        integer(0, LoggedLine.LEVEL_MAX),
        sentence());
  }

  private JobSummary jobSummary() {
    return new JobSummary(
        job(),
        key(),
        oneOf(JobState.class),
        number(0, Limits.CELLS_MAX),
        number(0, Limits.CELLS_MAX),
        natural(),
        natural());
  }

  private PeerSummary peerSummary() {
    return new PeerSummary(
        peer(),
        optional(this::address),
        random.nextBoolean(),
        oneOf(Standing.class),
        version(),
        natural(),
        natural(),
        integer(0, CapabilityReport.WORKERS_MAX),
        integer(0, Integer.MAX_VALUE),
        random.nextBoolean());
  }

  /** One entry of each kind. */
  List<ReceiptEntry> receiptEntries() {
    return List.of(
        new ReceiptEntry.ManifestEntry(signed(WireLimits.MANIFEST_BYTES_MAX)),
        new ReceiptEntry.LeaseEntry(signed(WireLimits.LEASE_BYTES_MAX)),
        new ReceiptEntry.ReceiptOfLease(signed(WireLimits.RECEIPT_BYTES_MAX)),
        new ReceiptEntry.StepEntry(step()),
        new ReceiptEntry.FailureEntry(signed(WireLimits.TASK_FAILURE_BYTES_MAX)),
        new ReceiptEntry.ReceiptEnd(signed(WireLimits.RECEIPT_BYTES_MAX)));
  }
}
