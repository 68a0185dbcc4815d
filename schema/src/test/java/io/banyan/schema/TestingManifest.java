package io.banyan.schema;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * A manifest of defaults, of which a test changes what it is about. Tests build one, and let go.
 */
final class TestingManifest {
  /** The smallest WebAssembly module: magic and version. */
  static final byte[] MODULE = HexFormat.of().parseHex("0061736d01000000");

  Profile profile = Profile.ONE;
  Bytes token = Bytes.of(new byte[Manifest.TOKEN_LENGTH]);
  long createdMillis = 1;
  long endMillis = 2;
  PublicKey entry = new PublicKey(Bytes.of(new byte[PublicKey.LENGTH]));
  BlobRef module = BlobRef.of(MODULE);
  BlobRef input = BlobRef.EMPTY;
  Bytes params = Bytes.EMPTY;
  List<BlobRef> shared = List.of();
  SplitRule splitRule = new SplitRule.ByBytes();
  int chunkBytes = 1;
  CallLimits limits = CallLimits.DEFAULT;
  Budget budget = new Budget(1L << 40, 1 << 20, 1L << 30, 1L << 30, 4, 300_000);
  int retries = 3;
  Verification verification = new Verification.None();
  Routing routing = Routing.DEFAULT;
  int partialPermille = 1000;
  MemoPolicy memo = MemoPolicy.PRIVATE;
  double operationWeight = 0;

  static TestingManifest over(byte[] input, SplitRule splitRule, int chunkBytes) {
    TestingManifest manifest = new TestingManifest();
    manifest.input = BlobRef.of(input);
    manifest.splitRule = splitRule;
    manifest.chunkBytes = chunkBytes;
    return manifest;
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  Manifest build() {
    return new Manifest(
        profile,
        token,
        createdMillis,
        endMillis,
        entry,
        module,
        input,
        params,
        shared,
        splitRule,
        chunkBytes,
        limits,
        budget,
        retries,
        verification,
        routing,
        partialPermille,
        memo,
        operationWeight);
  }
}
