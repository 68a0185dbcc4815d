package io.banyan.node.planted.trust;

import io.banyan.node.planted.delegation.Worldly;
import io.banyan.node.planted.schema.wire.Generated;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Goes against the arrows, reads generated code, and draws by a seed, as it may. */
record Culprit(Worldly against, Generated generated) {
  long draw(long seed) {
    return TimeUnit.SECONDS.toNanos(new Random(seed).nextInt());
  }
}
