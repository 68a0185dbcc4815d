package io.banyan.node.lease;

import io.banyan.delegation.Delivery;
import io.banyan.node.Reported;

/** Told what becomes of lent leases, for those who ask how a job is doing. Any thread. */
public interface LeaseWatch {
  void lent(LentLease lease);

  void accepted(LentLease lease);

  /** The child says that it has done so much. */
  void progressed(LentLease lease, Reported.Sum sum);

  void delivered(LentLease lease, Delivery delivery);

  void failed(LentLease lease, String sentence);

  void revoked(LentLease lease, String reason);
}
