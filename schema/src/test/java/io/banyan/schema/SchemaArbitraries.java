package io.banyan.schema;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * Arbitrary values of every record that travels, for the properties of this module and others. They
 * are drawn whole, by {@link Samples}, and do not shrink: the seed replays them.
 */
public final class SchemaArbitraries {
  private SchemaArbitraries() {}

  public static Arbitrary<Manifest> manifests() {
    return drawn(Samples::manifest);
  }

  public static Arbitrary<Lease> leases() {
    return drawn(Samples::lease);
  }

  public static Arbitrary<Claim> claims() {
    return drawn(Samples::claim);
  }

  public static Arbitrary<Step> steps() {
    return drawn(Samples::step);
  }

  public static Arbitrary<Receipt> receipts() {
    return drawn(Samples::receipt);
  }

  public static Arbitrary<TaskFailure> taskFailures() {
    return drawn(Samples::taskFailure);
  }

  public static Arbitrary<Cancel> cancels() {
    return drawn(Samples::cancel);
  }

  public static Arbitrary<Accepted> acceptances() {
    return drawn(Samples::accepted);
  }

  public static Arbitrary<Budget> budgets() {
    return drawn(Samples::budget);
  }

  public static Arbitrary<CallLimits> callLimits() {
    return drawn(Samples::callLimits);
  }

  public static Arbitrary<PlanNode> planNodes() {
    return drawn(Samples::planNode);
  }

  public static Arbitrary<Value> values() {
    return drawn(Samples::value);
  }

  public static Arbitrary<PublicKey> keys() {
    return drawn(Samples::key);
  }

  public static Arbitrary<Signed> signed() {
    return drawn(samples -> samples.signed(256));
  }

  public static Arbitrary<InclusionProof> inclusionProofs() {
    return drawn(Samples::inclusionProof);
  }

  /** A message of any kind. */
  public static Arbitrary<Message> messages() {
    return anyOf(Samples::messages);
  }

  /** An entry of any kind. */
  public static Arbitrary<ReceiptEntry> receiptEntries() {
    return anyOf(Samples::receiptEntries);
  }

  private static <T> Arbitrary<T> anyOf(Function<Samples, List<T>> draw) {
    return Arbitraries.randomValue(
        random -> {
          List<T> all = draw.apply(new Samples(random));
          return all.get(random.nextInt(all.size()));
        });
  }

  private static <T> Arbitrary<T> drawn(Function<Samples, T> draw) {
    return Arbitraries.randomValue((Random random) -> draw.apply(new Samples(random)));
  }
}
