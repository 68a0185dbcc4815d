package io.banyan.node.lease;

import io.banyan.delegation.Delivery;
import io.banyan.trust.Attribution;

/** Told what becomes of lent leases, for those who ask how a job is doing. Any thread. */
interface LeaseWatch {
  void lent(LentLease lease);

  void accepted(LentLease lease);

  void delivered(LentLease lease, Delivery delivery, Attribution attribution);

  void failed(LentLease lease, String sentence);

  void revoked(LentLease lease, String reason);
}
