package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each rule of a record: accepted at its bound, refused beyond it, with a sentence. */
class RulesTest {
  private static void accepted(Consumer<TestingManifest> change) {
    TestingManifest manifest = new TestingManifest();
    change.accept(manifest);
    manifest.build();
  }

  private static void refused(String sentence, Consumer<TestingManifest> change) {
    TestingManifest manifest = new TestingManifest();
    change.accept(manifest);
    refusedBecause(sentence, manifest::build);
  }

  private static void refusedBecause(String sentence, Runnable making) {
    assertEquals(sentence, assertThrows(IllegalArgumentException.class, making::run).getMessage());
  }

  private static BlobRef bytes(long length) {
    return new BlobRef(Digest.ZERO, length);
  }

  @Test
  void theTokenOfAManifestIsSixteenBytes() {
    refused("token is 15 bytes long, not 16", m -> m.token = Bytes.of(new byte[15]));
    refused("token is 17 bytes long, not 16", m -> m.token = Bytes.of(new byte[17]));
  }

  @Test
  void aManifestIsMadeAfter1970() {
    accepted(m -> m.createdMillis = 0);
    refused("manifest made at -1 ms, before 1970", m -> m.createdMillis = -1);
  }

  @Test
  void aManifestEndsAfterItIsMade() {
    accepted(m -> m.endMillis = m.createdMillis + 1);
    accepted(m -> m.endMillis = Long.MAX_VALUE);
    refused("manifest made at 1 ms ends at 1, not later", m -> m.endMillis = 1);
    refused("manifest made at 1 ms ends at -1, not later", m -> m.endMillis = -1);
  }

  @Test
  void aModuleIsOneByteToEightMebibytes() {
    accepted(m -> m.module = bytes(1));
    accepted(m -> m.module = bytes(8 << 20));
    refused("module is 0 bytes long, must be 1 to 8388608", m -> m.module = bytes(0));
    refused(
        "module is 8388609 bytes long, must be 1 to 8388608", m -> m.module = bytes((8 << 20) + 1));
  }

  @Test
  void paramsAndSharedBlobsAreLimited() {
    accepted(m -> m.params = Bytes.of(new byte[1 << 16]));
    accepted(m -> m.shared = Collections.nCopies(8, bytes(1)));
    refused(
        "params are 65537 bytes long, limit 65536",
        m -> m.params = Bytes.of(new byte[(1 << 16) + 1]));
    refused("9 shared blobs, limit 8", m -> m.shared = Collections.nCopies(9, bytes(1)));
  }

  @Test
  void retriesShareAndWeightAreLimited() {
    accepted(m -> m.retries = 0);
    accepted(m -> m.retries = 100);
    refused("-1 retries, must be 0 to 100", m -> m.retries = -1);
    refused("101 retries, must be 0 to 100", m -> m.retries = 101);
    accepted(m -> m.partialPermille = 1);
    refused("a share of 0 ‰ of the leaves, must be 1 to 1000", m -> m.partialPermille = 0);
    refused("a share of 1001 ‰ of the leaves, must be 1 to 1000", m -> m.partialPermille = 1001);
    accepted(m -> m.operationWeight = Double.MAX_VALUE);
    refused("operation weight is -1.0", m -> m.operationWeight = -1);
    refused("operation weight is NaN", m -> m.operationWeight = Double.NaN);
    refused("operation weight is Infinity", m -> m.operationWeight = Double.POSITIVE_INFINITY);
  }

  @Test
  void cellsAreLimitedUnderEveryRuleOfBytes() {
    for (SplitRule rule :
        List.of(new SplitRule.ByBytes(), new SplitRule.ByLines(), new SplitRule.ByRecords(1))) {
      accepted(
          m -> {
            m.splitRule = rule;
            m.input = bytes(1 << 24);
          });
      refused(
          "input of 16777217 bytes in chunks of 1 makes 16777217 cells, limit 16777216: choose"
              + " larger chunks",
          m -> {
            m.splitRule = rule;
            m.input = bytes((1 << 24) + 1);
          });
    }
    accepted(
        m -> {
          m.splitRule = new SplitRule.ByModule();
          m.input = bytes((1 << 24) + 1);
        });
  }

  @Test
  void chunksAreLimitedUnderEveryRuleWithChunks() {
    for (SplitRule rule :
        List.of(
            new SplitRule.ByBytes(),
            new SplitRule.ByLines(),
            new SplitRule.ByRecords(1),
            new SplitRule.ByModule())) {
      accepted(
          m -> {
            m.splitRule = rule;
            m.chunkBytes = 16 << 20;
          });
      for (int chunkBytes : new int[] {-1, 0, (16 << 20) + 1}) {
        refused(
            "chunk size is " + chunkBytes + " bytes, must be 1 to 16777216",
            m -> {
              m.splitRule = rule;
              m.chunkBytes = chunkBytes;
            });
      }
    }
  }

  @Test
  void recordsFitChunkAndInput() {
    TestingManifest manifest = new TestingManifest();
    manifest.splitRule = new SplitRule.ByRecords(4);
    manifest.chunkBytes = 8;
    manifest.input = bytes(20);

    manifest.build();

    manifest.chunkBytes = 6;
    refusedBecause(
        "chunks of 6 bytes and an input of 20 are not both multiples of the record, 4 bytes",
        manifest::build);
    manifest.chunkBytes = 8;
    manifest.input = bytes(21);
    refusedBecause(
        "chunks of 8 bytes and an input of 21 are not both multiples of the record, 4 bytes",
        manifest::build);
  }

  @Test
  void anIndexHasNoInputAndNoChunks() {
    TestingManifest manifest = new TestingManifest();
    manifest.splitRule = new SplitRule.ByIndex(7);
    manifest.chunkBytes = 0;

    assertEquals(new IndexCuts(7), manifest.build().cutsBySize().orElseThrow());

    manifest.chunkBytes = 1;
    refusedBecause(
        "split rule index:7 goes with chunk size 0 and no input, not with 1 and 0 bytes",
        manifest::build);
    manifest.chunkBytes = 0;
    manifest.input = bytes(1);
    refusedBecause(
        "split rule index:7 goes with chunk size 0 and no input, not with 0 and 1 bytes",
        manifest::build);
  }

  @Test
  void splitRulesAreLimitedAndSaidInOneWord() {
    for (SplitRule rule :
        List.of(
            new SplitRule.ByBytes(),
            new SplitRule.ByLines(),
            new SplitRule.ByModule(),
            new SplitRule.ByRecords(1),
            new SplitRule.ByRecords(16 << 20),
            new SplitRule.ByIndex(1),
            new SplitRule.ByIndex(1 << 24))) {
      assertEquals(rule, SplitRule.parse(rule.words()));
    }
    refusedBecause(
        "record size is 0 bytes, must be 1 to 16777216", () -> SplitRule.parse("records:0"));
    refusedBecause(
        "record size is 16777217 bytes, must be 1 to 16777216",
        () -> SplitRule.parse("records:16777217"));
    refusedBecause(
        "index split into 16777217 cells, must be 1 to 16777216",
        () -> SplitRule.parse("index:16777217"));
    refusedBecause(
        "index split into 0 cells, must be 1 to 16777216", () -> SplitRule.parse("index:0"));
    for (String words : List.of("", "line", "lines:", "records", "index", "chunks:3", "bytes:3")) {
      refusedBecause(
          "split rule '" + words + "' is none of lines, bytes, records:N, index:C, module",
          () -> SplitRule.parse(words));
    }
    for (String words : List.of("records:", "records:x", "index:1.5", "index:99999999999")) {
      refusedBecause(
          "split rule '" + words + "' needs a number after the colon",
          () -> SplitRule.parse(words));
    }
  }

  private static CallLimits limits(
      long fuel, long memory, long depth, long output, long wallMillis) {
    return new CallLimits(fuel, memory, depth, output, wallMillis);
  }

  @Test
  void limitsOfACallHaveBounds() {
    long page = 1 << 16;
    long most = 32767 * page;
    limits(1, page, 1, 0, 1);
    CallLimits largest = limits(1L << 38, most, 1 << 20, most, 1);

    assertEquals(most / 2, largest.mergeInputBytesMax());
    assertEquals(most / 4, largest.splitBytesMax());
    assertEquals(64 << 20, CallLimits.DEFAULT.splitBytesMax());
    refusedBecause("fuel limit is 0, must be 1 to 274877906944", () -> limits(0, page, 1, 0, 1));
    refusedBecause(
        "fuel limit is 274877906945, must be 1 to 274877906944",
        () -> limits((1L << 38) + 1, page, 1, 0, 1));
    for (long memory : new long[] {0, page - 1, page + 1, most + page}) {
      refusedBecause(
          "memory limit is "
              + memory
              + " bytes, must be whole 64 KiB pages between 64 KiB and 2 GiB - 64 KiB",
          () -> limits(1, memory, 1, 0, 1));
    }
    for (long depth : new long[] {0, CallLimits.DEPTH_BYTES_MAX + 1}) {
      refusedBecause(
          "depth limit is " + depth + " bytes, must be 1 to 1048576",
          () -> limits(1, page, depth, 0, 1));
    }
    refusedBecause(
        "output limit is -1 bytes, must be 0 to 2 GiB - 64 KiB", () -> limits(1, page, 1, -1, 1));
    refusedBecause(
        "output limit is " + (most + 1) + " bytes, must be 0 to 2 GiB - 64 KiB",
        () -> limits(1, page, 1, most + 1, 1));
    for (long millis : new long[] {0, Budget.TIME_MILLIS_MAX + 1}) {
      refusedBecause(
          "wall time limit is " + millis + " ms, must be 1 to 31622400000",
          () -> limits(1, page, 1, 0, millis));
    }
  }

  @Test
  void theFuelOfTheLargestPlanFitsALong() {
    double nodes = 0;
    for (long cells = Limits.CELLS_MAX; cells > 1; cells = Math.ceilDiv(cells, Limits.FAN_OUT)) {
      nodes += cells;
    }

    assertEquals(true, (nodes + 1) * CallLimits.FUEL_MAX < Long.MAX_VALUE);
  }

  @Test
  void verificationIsLimitedAndSaidInOneWord() {
    assertEquals("copies:2", new Verification.Copies(2).words());
    assertEquals("copies:8", new Verification.Copies(8).words());
    assertEquals("sample:1", new Verification.Sample(1).words());
    assertEquals("none", new Verification.None().words());
    refusedBecause("verification samples 0 leaves", () -> new Verification.Sample(0));
    refusedBecause("verification by 1 copies, must be 2 to 8", () -> new Verification.Copies(1));
    refusedBecause("verification by 9 copies, must be 2 to 8", () -> new Verification.Copies(9));
  }

  @Test
  void profilesHaveShortPlainNames() {
    assertEquals("a.-9", new Profile("a.-9").id());
    assertEquals(32, new Profile("x".repeat(32)).id().length());
    for (String id : List.of("", "A", "a b", "a_b", "x".repeat(33), "a\n")) {
      refusedBecause(
          "profile id is not 1 to 32 characters of [a-z0-9.-]: '" + id + "'",
          () -> new Profile(id));
    }
  }

  @Test
  void pathsAreEightSplitsOfFourThousandAndNinetySixParts() {
    assertEquals(
        "/4095/0/0/0/0/0/0/0/", new PlanNode.Part(List.of(4095, 0, 0, 0, 0, 0, 0, 0)).toString());
    assertEquals("/", new PlanNode.Part(List.of()).toString());
    assertEquals("/3/0-16", new PlanNode.Parts(List.of(3), new Interval(0, 16)).toString());
    refusedBecause(
        "a path of 9 splits, limit 8", () -> new PlanNode.Part(Collections.nCopies(9, 0)));
    refusedBecause(
        "part 4096 of a split, must be 0 to 4095", () -> new PlanNode.Part(List.of(4096)));
    refusedBecause(
        "part -1 of a split, must be 0 to 4095",
        () -> new PlanNode.Parts(List.of(-1), new Interval(0, 2)));
    assertEquals(
        "/0/0/0/0/0/0/0/4094-4096",
        new PlanNode.Parts(Collections.nCopies(7, 0), new Interval(4094, 4096)).toString());
    refusedBecause(
        "parts of a split below 8 splits, limit 8",
        () -> new PlanNode.Parts(Collections.nCopies(8, 0), new Interval(0, 2)));
    refusedBecause(
        "parts 4094-4097 of a split, which has at most 4096",
        () -> new PlanNode.Parts(List.of(), new Interval(4094, 4097)));
    refusedBecause(
        "a single part is named by its own path: 4",
        () -> new PlanNode.Parts(List.of(), new Interval(4, 5)));
  }

  private static final PeerId PEER = new PublicKey(Bytes.of(new byte[32])).peerId();

  private static Lease lease(
      long from,
      long to,
      int attempt,
      int tries,
      long millis,
      long notAfter,
      int addresses,
      int hints) {
    return new Lease(
        new JobId(Digest.ZERO),
        new PlanNode.Cells(new Interval(0, 1)),
        Digest.ZERO,
        from,
        to,
        Optional.empty(),
        PEER,
        attempt,
        Digest.ZERO,
        new Budget(1, 1, 0, 1, 0, 1),
        tries,
        millis,
        0,
        notAfter,
        Collections.nCopies(addresses, "/ip4/127.0.0.1/tcp/1"),
        Collections.nCopies(hints, new Lease.Hint(Digest.ZERO, PEER)));
  }

  @Test
  void leasesHaveBounds() {
    lease(0, 0, 0, 1, 1, 1, 16, 64);
    refusedBecause("lease of bytes -1 to 0", () -> lease(-1, 0, 0, 1, 1, 1, 0, 0));
    refusedBecause("lease of bytes 2 to 1", () -> lease(2, 1, 0, 1, 1, 1, 0, 0));
    refusedBecause("lease attempt is negative: -1", () -> lease(0, 0, -1, 1, 1, 1, 0, 0));
    lease(0, 0, 0, 0, 1, 1, 0, 0);
    lease(0, 0, 0, 101, 1, 1, 0, 0);
    refusedBecause(
        "tries of a lease is -1, must be 0 to 101", () -> lease(0, 0, 0, -1, 1, 1, 0, 0));
    refusedBecause(
        "tries of a lease is 102, must be 0 to 101", () -> lease(0, 0, 0, 102, 1, 1, 0, 0));
    lease(0, 0, 0, 1, Budget.TIME_MILLIS_MAX, 1, 0, 0);
    refusedBecause(
        "duration of a lease in ms is 0, must be 1 to 31622400000",
        () -> lease(0, 0, 0, 1, 0, 1, 0, 0));
    refusedBecause(
        "duration of a lease in ms is 31622400001, must be 1 to 31622400000",
        () -> lease(0, 0, 0, 1, Budget.TIME_MILLIS_MAX + 1, 1, 0, 0));
    refusedBecause("end of a lease is 0, must be 1 or more", () -> lease(0, 0, 0, 1, 1, 0, 0, 0));
    refusedBecause(
        "lease with 17 addresses and 0 hints, limits 16 and 64",
        () -> lease(0, 0, 0, 1, 1, 1, 17, 0));
    refusedBecause(
        "lease with 0 addresses and 65 hints, limits 16 and 64",
        () -> lease(0, 0, 0, 1, 1, 1, 0, 65));
  }

  private static Lease leaseOf(PlanNode node, long to, Optional<Lease.LeasedPart> part) {
    return new Lease(
        new JobId(Digest.ZERO),
        node,
        Digest.ZERO,
        0,
        to,
        part,
        PEER,
        0,
        Digest.ZERO,
        new Budget(1, 1, 0, 1, 0, 1),
        1,
        1,
        0,
        1,
        List.of(),
        List.of());
  }

  @Test
  void aPartIsLeasedWithWhatASplitMadeAndNothingElseIs() {
    Optional<Lease.LeasedPart> made = Optional.of(new Lease.LeasedPart(bytes(7), 9));
    PlanNode whole = new PlanNode.Part(List.of());
    PlanNode part = new PlanNode.Part(List.of(3));
    PlanNode cells = new PlanNode.Cells(new Interval(0, 2));
    PlanNode group = new PlanNode.Parts(List.of(), new Interval(0, 2));

    assertEquals(made, leaseOf(part, 0, made).part());
    assertEquals(100, leaseOf(whole, 100, Optional.empty()).toByte());
    refusedBecause(
        "lease of part /3/ by bytes 0 to 100 of the input", () -> leaseOf(part, 100, made));
    refusedBecause("lease of /3/ without its part", () -> leaseOf(part, 0, Optional.empty()));
    refusedBecause("lease of / with a part, which it is not", () -> leaseOf(whole, 0, made));
    refusedBecause("lease of 0-2 with a part, which it is not", () -> leaseOf(cells, 0, made));
    for (Optional<Lease.LeasedPart> any : List.of(made, Optional.<Lease.LeasedPart>empty())) {
      refusedBecause(
          "lease of the group /0-2: its parts are lent one by one", () -> leaseOf(group, 0, any));
    }
    refusedBecause(
        "length of a leased part is 0, must be 1 or more", () -> new Lease.LeasedPart(bytes(0), 9));
    refusedBecause(
        "length of what a leased part was split from is 0, must be 1 or more",
        () -> new Lease.LeasedPart(bytes(7), 0));
  }

  private static Receipt receipt(Value value, long leaves, long fuel) {
    return new Receipt(
        new JobId(Digest.ZERO),
        Digest.ZERO,
        Digest.ZERO,
        value,
        Digest.ZERO,
        leaves,
        fuel,
        new Receipt.Ran());
  }

  @Test
  void receiptsHaveBounds() {
    receipt(new Value.Blob(BlobRef.EMPTY), 1, 0);
    assertEquals(1 << 20, new Receipt.Merged(Digest.ZERO, 1 << 20).lentCount());

    refusedBecause("an empty plan node has no receipt", () -> receipt(new Value.Empty(), 1, 0));
    refusedBecause(
        "receipt for 0 leaves and fuel 0", () -> receipt(new Value.Blob(BlobRef.EMPTY), 0, 0));
    refusedBecause(
        "receipt for 1 leaves and fuel -1", () -> receipt(new Value.Blob(BlobRef.EMPTY), 1, -1));
    refusedBecause(
        "number of receipts under a receipt is 0, must be 1 to 1048576",
        () -> Receipt.Merged.over(List.of()));
    refusedBecause(
        "number of receipts under a receipt is 1048577, must be 1 to 1048576",
        () -> new Receipt.Merged(Digest.ZERO, (1 << 20) + 1));
  }

  @Test
  void whatAReceiptRestsOnIsTheRootOverTheDigestsOfReceipts() {
    byte[] one = {1};
    Digest first = Digest.sha256(one);
    Digest second = Digest.sha256(new byte[] {2});
    byte[] zero = {0};
    Digest leaf = Digest.sha256(zero, first.bytes());

    assertEquals(new Receipt.Merged(leaf, 1), Receipt.Merged.over(List.of(first)));
    assertEquals(
        new Receipt.Merged(
            Digest.sha256(one, leaf.bytes(), Digest.sha256(zero, second.bytes()).bytes()), 2),
        Receipt.Merged.over(List.of(first, second)));
  }

  @Test
  void theLinesOfATreeHaveBounds() {
    line(Optional.empty(), 0, 1 << 24, 1 << 24);
    line(Optional.of(PEER), 8, 0, 0);
    refusedBecause("depth is 9, must be 0 to 8", () -> line(Optional.of(PEER), 9, 0, 0));
    refusedBecause("a line at depth 0 with a lender", () -> line(Optional.of(PEER), 0, 0, 0));
    refusedBecause("a line at depth 1 without a lender", () -> line(Optional.empty(), 1, 0, 0));
    refusedBecause(
        "number of leaves is 16777217, must be 0 to 16777216",
        () -> line(Optional.empty(), 0, (1 << 24) + 1, 0));
    refusedBecause(
        "number of leaves below is -1, must be 0 to 16777216",
        () -> line(Optional.empty(), 0, 0, -1));
  }

  private static TreeLine line(Optional<PeerId> lender, int depth, long leaves, long leavesBelow) {
    return new TreeLine(
        new PlanNode.Cells(new Interval(0, 1)),
        PEER,
        lender,
        depth,
        TreeLine.State.RUNNING,
        leaves,
        leavesBelow,
        0);
  }

  @Test
  void routingHasBounds() {
    new Routing(
        Priority.LOW, Collections.nCopies(64, PEER), Collections.nCopies(16, "a".repeat(64)), true);
    refusedBecause(
        "routing by 65 peers and 0 labels, limits 64 and 16",
        () -> new Routing(Priority.LOW, Collections.nCopies(65, PEER), List.of(), true));
    refusedBecause(
        "routing by 0 peers and 17 labels, limits 64 and 16",
        () -> new Routing(Priority.LOW, List.of(), Collections.nCopies(17, "a"), true));
    refusedBecause(
        "label is not 1 to 64 characters of [A-Za-z0-9._=-]: 'a b'",
        () -> new Routing(Priority.LOW, List.of(), List.of("a b"), true));
  }
}
