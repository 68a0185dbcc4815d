package io.banyan.trust;

import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Receipt;
import io.banyan.schema.Value;
import java.util.function.Consumer;

/** A receipt whose fields can be changed one by one. */
final class TestingReceipt {
  JobId job;
  Digest key;
  Digest lease;
  Value value;
  Digest executionRoot;
  long leaves;
  long fuel;
  Receipt.Basis basis;

  private TestingReceipt(Receipt receipt) {
    job = receipt.job();
    key = receipt.key();
    lease = receipt.lease();
    value = receipt.value();
    executionRoot = receipt.executionRoot();
    leaves = receipt.leaves();
    fuel = receipt.fuel();
    basis = receipt.basis();
  }

  /** {@code receipt}, bent. */
  static Receipt bend(Receipt receipt, Consumer<TestingReceipt> bend) {
    TestingReceipt bent = new TestingReceipt(receipt);
    bend.accept(bent);
    return new Receipt(
        bent.job,
        bent.key,
        bent.lease,
        bent.value,
        bent.executionRoot,
        bent.leaves,
        bent.fuel,
        bent.basis);
  }
}
