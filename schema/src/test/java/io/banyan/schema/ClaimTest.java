package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClaimTest {
  /** 32 times the byte {@code value}. */
  private static Digest digest(int value) {
    byte[] bytes = new byte[Digest.LENGTH];
    Arrays.fill(bytes, (byte) value);
    return Digest.of(bytes);
  }

  private static Claim claim(GuestFunction function, Outcome outcome) {
    boolean completed = outcome instanceof Outcome.Completed;
    return new Claim(
        Profile.ONE,
        digest(1),
        function,
        digest(2),
        completed ? digest(3) : Digest.ZERO,
        completed ? 4 : 0,
        5,
        outcome);
  }

  private static String mergeDigest(Outcome outcome) {
    return claim(GuestFunction.MERGE, outcome).digest().toString();
  }

  /* The digests below were computed by another program from docs/plan.md. */

  @Test
  void claimDigestsAreGolden() {
    assertEquals(
        "924a32f6860d36e245f0f8a55044910e0114662f6d9b59d8c755a28394491f02",
        mergeDigest(new Outcome.Completed()));
    assertEquals(
        "426160f69ed9cf8afd072f52346b90f7503b881f492f43f7ab3e8fcd2a55cb41",
        mergeDigest(new Outcome.Trapped(TrapKind.UNREACHABLE)));
    assertEquals(
        "9df748bde22a9c6b37ad7e022fb87bb2410d7f5484c82c099bef4ed7e0e4afb6",
        mergeDigest(new Outcome.Trapped(TrapKind.NONZERO_EXIT)));
    assertEquals(
        "e568caef4679185a15d8157467f0fdb0c286d5349503da63100a10e2b55671d8",
        mergeDigest(new Outcome.OutOfFuel()));
    assertEquals(
        "53f9a0677e93807cc49fbabc046722e319c52c961fb736edb2c3cb3b2da949e7",
        mergeDigest(new Outcome.LimitExceeded(LimitKind.LEAF)));
    assertEquals(
        "6721f14c2138fdfa437102940d284e253918ad473d83e70686187a1732681e50",
        mergeDigest(new Outcome.Failed("na\u00efv")));
    assertEquals(
        "832d905e68c1a6b863917ac10fa241418aede6171a32a9dd4a322ae1368abcec",
        mergeDigest(new Outcome.BadOutput()));
  }

  @Test
  void nodeHashesAreGolden() {
    List<Digest> children = List.of(digest(3), digest(4), digest(5));
    Claim split = claim(GuestFunction.SPLIT, new Outcome.Completed());
    Claim merge = claim(GuestFunction.MERGE, new Outcome.Completed());

    assertEquals(
        "b8ce2c6008a6497ebf6668c1268daa60572f53109aa430366e507ffd850734ff",
        Claim.nodeHash(List.of(), List.of(digest(7))).toString());
    assertEquals(
        "de0de5c5ce027cf527640e0e34e2fbc0c3d47292b65f7c090b513d68fe5dc61e",
        Claim.nodeHash(List.of(split, merge), children).toString());
  }

  @Test
  void listAndRopeDigestsAreGolden() {
    List<BlobRef> parts = List.of(new BlobRef(digest(1), 1), new BlobRef(digest(2), 256));

    assertEquals(
        "0d8f3946acec08404584fbac88e2f0113e402fa490382a446ecb037c0791f347",
        Value.listDigest(parts).toString());
    assertEquals(
        new Value.Rope(
            Digest.parse("5878c9436a89757f8adbd3b046550e6b8d070c221d54ccf7ceacbd18befbf1ff"), 257),
        Value.Rope.over(parts));
  }

  @Test
  void aRopeOfRopesIsNotFlattened() {
    BlobRef a = new BlobRef(digest(1), 1);
    BlobRef b = new BlobRef(digest(2), 2);
    BlobRef c = new BlobRef(digest(3), 3);

    Value.Rope flat = Value.Rope.over(List.of(a, b, c));
    Value.Rope deep = Value.Rope.over(List.of(Value.Rope.over(List.of(a, b)), c));

    assertEquals(flat.length(), deep.length());
    assertNotEquals(flat.digest(), deep.digest());
  }

  @Test
  void orderLengthAndNumberOfPartsAreUnderTheirDigest() {
    BlobRef a = new BlobRef(digest(1), 1);
    BlobRef b = new BlobRef(digest(2), 2);

    Set<Digest> digests =
        Set.of(
            Value.listDigest(List.of(a, b)),
            Value.listDigest(List.of(b, a)),
            Value.listDigest(List.of(a, new BlobRef(digest(2), 3))),
            Value.listDigest(List.of(a, b, b)),
            Value.listDigest(List.of(a)),
            Value.Rope.over(List.of(a, b)).digest());

    assertEquals(6, digests.size());
  }

  @Test
  void everyFieldIsUnderTheClaimsDigest() {
    List<Claim> claims = new ArrayList<>();
    claims.add(claim(GuestFunction.EXECUTE, new Outcome.Completed()));
    claims.add(claim(GuestFunction.SPLIT, new Outcome.Completed()));
    claims.add(claim(GuestFunction.MERGE, new Outcome.Completed()));
    claims.add(of(new Profile("2"), 1, 2, 3, 4, 5));
    claims.add(of(Profile.ONE, 9, 2, 3, 4, 5));
    claims.add(of(Profile.ONE, 1, 9, 3, 4, 5));
    claims.add(of(Profile.ONE, 1, 2, 9, 4, 5));
    claims.add(of(Profile.ONE, 1, 2, 3, 9, 5));
    claims.add(of(Profile.ONE, 1, 2, 3, 4, 9));
    for (TrapKind kind : TrapKind.values()) {
      claims.add(claim(GuestFunction.EXECUTE, new Outcome.Trapped(kind)));
    }
    for (LimitKind limit : LimitKind.values()) {
      claims.add(claim(GuestFunction.EXECUTE, new Outcome.LimitExceeded(limit)));
    }
    claims.add(claim(GuestFunction.EXECUTE, new Outcome.OutOfFuel()));
    claims.add(claim(GuestFunction.EXECUTE, new Outcome.BadOutput()));
    claims.add(claim(GuestFunction.EXECUTE, new Outcome.Failed("")));
    claims.add(claim(GuestFunction.EXECUTE, new Outcome.Failed("no")));
    Set<Digest> digests = new HashSet<>();

    claims.forEach(claim -> digests.add(claim.digest()));

    assertEquals(27, claims.size());
    assertEquals(claims.size(), digests.size());
  }

  private static Claim of(
      Profile profile, int key, int input, int output, long outputBytes, long fuel) {
    return new Claim(
        profile,
        digest(key),
        GuestFunction.EXECUTE,
        digest(input),
        digest(output),
        outputBytes,
        fuel,
        new Outcome.Completed());
  }

  @Test
  void everyPieceOfANodeIsUnderItsHash() {
    Claim a = of(Profile.ONE, 1, 2, 3, 4, 5);
    Claim b = of(Profile.ONE, 1, 2, 3, 4, 6);
    Digest x = digest(1);
    Digest y = digest(2);

    Set<Digest> hashes =
        Set.of(
            Claim.nodeHash(List.of(), List.of(x, y)),
            Claim.nodeHash(List.of(), List.of(y, x)),
            Claim.nodeHash(List.of(), List.of(x)),
            Claim.nodeHash(List.of(), List.of(x, y, y)),
            Claim.nodeHash(List.of(a), List.of(x, y)),
            Claim.nodeHash(List.of(b), List.of(x, y)),
            Claim.nodeHash(List.of(a, b), List.of(x, y)),
            Claim.nodeHash(List.of(b, a), List.of(x, y)),
            a.digest(),
            b.digest());

    assertEquals(10, hashes.size());
  }

  @Test
  void codesNeverChange() {
    assertEquals(
        List.of(1, 2, 3), Arrays.stream(GuestFunction.values()).map(GuestFunction::code).toList());
    assertEquals(
        List.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
        Arrays.stream(TrapKind.values()).map(TrapKind::code).toList());
    assertEquals(
        List.of(1, 2, 3, 4, 5), Arrays.stream(LimitKind.values()).map(LimitKind::code).toList());
  }

  @Test
  void onlyACallThatCompletedHasAnOutput() {
    assertEquals(
        "a call that out of fuel claims an output",
        assertThrows(
                IllegalArgumentException.class,
                () -> badClaim(digest(3), 0, 0, new Outcome.OutOfFuel()))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> badClaim(Digest.ZERO, 1, 0, new Outcome.BadOutput()));
    assertThrows(
        IllegalArgumentException.class, () -> badClaim(digest(3), -1, 0, new Outcome.Completed()));
    assertThrows(
        IllegalArgumentException.class, () -> badClaim(digest(3), 0, -1, new Outcome.Completed()));
  }

  private static Claim badClaim(Digest output, long outputBytes, long fuel, Outcome outcome) {
    return new Claim(
        Profile.ONE,
        digest(1),
        GuestFunction.EXECUTE,
        digest(2),
        output,
        outputBytes,
        fuel,
        outcome);
  }

  @Test
  void aStepHasPartsIfAndOnlyIfItIsASplitThatCompleted() {
    PlanNode node = new PlanNode.Part(List.of());
    BlobRef part = new BlobRef(digest(1), 4);
    Claim split = claim(GuestFunction.SPLIT, new Outcome.Completed());
    Claim badSplit = claim(GuestFunction.SPLIT, new Outcome.BadOutput());
    Claim merge = claim(GuestFunction.MERGE, new Outcome.Completed());

    assertEquals(List.of(part), new Step(node, split, List.of(part)).parts());
    assertEquals(List.of(), new Step(node, badSplit).parts());
    assertEquals(List.of(), new Step(node, merge).parts());
    assertThrows(IllegalArgumentException.class, () -> new Step(node, split));
    assertThrows(IllegalArgumentException.class, () -> new Step(node, badSplit, List.of(part)));
    assertThrows(IllegalArgumentException.class, () -> new Step(node, merge, List.of(part)));
  }

  @Test
  void aFailureIsASentence() {
    String longest = "\u00e9".repeat(512);

    assertEquals("failed: " + longest, new Outcome.Failed(longest).words());
    assertEquals(
        "failure message is 1025 bytes long, limit 1024",
        assertThrows(IllegalArgumentException.class, () -> new Outcome.Failed(longest + "!"))
            .getMessage());
  }

  @Test
  void aRopeHasTwoPartsAndALengthThatFits() {
    BlobRef huge = new BlobRef(digest(1), Long.MAX_VALUE);

    assertThrows(IllegalArgumentException.class, () -> Value.Rope.over(List.of(huge)));
    assertThrows(ArithmeticException.class, () -> Value.Rope.over(List.of(huge, huge)));
    assertThrows(IllegalArgumentException.class, () -> new Value.Rope(digest(1), -1));
    assertThrows(IllegalStateException.class, new Value.Empty()::named);
  }
}
