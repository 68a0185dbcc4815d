package io.banyan.trust;

import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A lease whose fields can be changed one by one. */
final class TestingLease {
  JobId job;
  PlanNode node;
  Digest key;
  long fromByte;
  long toByte;
  Optional<Lease.LeasedPart> part;
  PeerId child;
  Digest parent;
  Budget grant;
  int tries;
  long durationMillis;
  long notAfterMillis;

  private TestingLease(Lease lease) {
    job = lease.job();
    node = lease.node();
    key = lease.key();
    fromByte = lease.fromByte();
    toByte = lease.toByte();
    part = lease.part();
    child = lease.child();
    parent = lease.parent();
    grant = lease.grant();
    tries = lease.tries();
    durationMillis = lease.durationMillis();
    notAfterMillis = lease.notAfterMillis();
  }

  /** {@code lease}, bent. */
  static Lease bend(Lease lease, Consumer<TestingLease> bend) {
    TestingLease bent = new TestingLease(lease);
    bend.accept(bent);
    return new Lease(
        bent.job,
        bent.node,
        bent.key,
        bent.fromByte,
        bent.toByte,
        bent.part,
        bent.child,
        lease.attempt(),
        bent.parent,
        bent.grant,
        bent.tries,
        bent.durationMillis,
        0,
        bent.notAfterMillis,
        List.of(),
        List.of());
  }

  /** The components of a budget that can be made larger. */
  enum Component {
    FUEL(grant -> with(grant, 1, 0, 0, 0, 0, 0)),
    LEAVES(grant -> with(grant, 0, 1, 0, 0, 0, 0)),
    BYTES(grant -> with(grant, 0, 0, 1, 0, 0, 0)),
    MEMORY(grant -> with(grant, 0, 0, 0, 1, 0, 0)),
    HOPS(grant -> with(grant, 0, 0, 0, 0, 1, 0)),
    TIME(grant -> with(grant, 0, 0, 0, 0, 0, 1));

    private final UnaryOperator<Budget> more;

    Component(UnaryOperator<Budget> more) {
      this.more = more;
    }

    /** One more than {@code grant} has. */
    Budget more(Budget grant) {
      return more.apply(grant);
    }

    private static Budget with(
        Budget grant, int fuel, int leaves, int bytes, int memory, int hops, int time) {
      return new Budget(
          grant.fuel() + fuel,
          grant.leaves() + leaves,
          grant.bytes() + bytes,
          grant.memoryBytesMax() + memory,
          grant.hops() + hops,
          grant.timeMillis() + time);
    }
  }
}
