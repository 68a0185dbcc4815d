package io.banyan.schema;

import java.util.List;

/**
 * What was called and what came of it. It names no machine and no time: whoever runs the call makes
 * the same claim, to the last bit.
 *
 * @param profile the rules it was run by
 * @param key the plan node it belongs to
 * @param function what was called
 * @param input blob root of the bytes for split and execute, list digest for merge
 * @param output blob root of what execute and merge return, list digest for split; zero unless the
 *     outcome is Completed
 * @param outputBytes the output's length, for split the sum of its parts'; 0 unless Completed
 * @param fuel what the call used
 * @param outcome what it came to
 */
public record Claim(
    Profile profile,
    Digest key,
    GuestFunction function,
    Digest input,
    Digest output,
    long outputBytes,
    long fuel,
    Outcome outcome) {
  public Claim {
    if (outputBytes < 0 || fuel < 0) {
      throw new IllegalArgumentException(
          "claim of " + outputBytes + " output bytes and fuel " + fuel);
    }
    boolean completed = outcome instanceof Outcome.Completed;
    if (!completed && (outputBytes != 0 || !output.equals(Digest.ZERO))) {
      throw new IllegalArgumentException("a call that " + outcome.words() + " claims an output");
    }
  }

  /** SHA-256 over "banyan/claim/1" and the fields in order. */
  public Digest digest() {
    Preimage preimage =
        Preimage.tagged("banyan/claim/1")
            .shortAscii(profile.id())
            .digest(key)
            .u8(function.code())
            .digest(input)
            .digest(output)
            .u64(outputBytes)
            .u64(fuel);
    return switch (outcome) {
      case Outcome.Completed() -> preimage.u8(1).hash();
      case Outcome.Trapped(TrapKind kind) -> preimage.u8(2).u8(kind.code()).hash();
      case Outcome.OutOfFuel() -> preimage.u8(3).hash();
      case Outcome.LimitExceeded(LimitKind limit) -> preimage.u8(4).u8(limit.code()).hash();
      case Outcome.Failed(String message) -> preimage.u8(5).text(message).hash();
      case Outcome.BadOutput() -> preimage.u8(6).hash();
    };
  }

  /**
   * The claim tree's hash of an inner node: "banyan/node/1", u8 number of own claims, their
   * digests, u32 number of children, RFC 9162 root over the children's hashes.
   *
   * @param own the node's split, if it has one, before its merge, if it has one
   * @param children the hashes of its non-empty children, in order
   */
  public static Digest nodeHash(List<Claim> own, List<Digest> children) {
    List<Digest> leafHashes =
        children.stream().map(child -> MerkleTree.leafHash(child.bytes())).toList();
    return nodeHash(
        own.stream().map(Claim::digest).toList(), children.size(), MerkleTree.root(leafHashes));
  }

  /** The same, from what a proof holds: the claims' digests and the root over the children. */
  static Digest nodeHash(List<Digest> own, int children, Digest childrenRoot) {
    Preimage preimage = Preimage.tagged("banyan/node/1").u8(own.size());
    own.forEach(preimage::digest);
    return preimage.u32(children).digest(childrenRoot).hash();
  }
}
