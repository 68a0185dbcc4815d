package io.banyan.delegation;

import io.banyan.schema.IndexCuts;

/**
 * What a unit of a task costs: to compute, and to send.
 *
 * @param cost of a unit to compute, with a weight of more than 0
 * @param bytesPerUnit that a lender sends for a unit: 1, or 0 under the rule {@code index}
 * @param leafUnits of a leaf as most are
 * @param wares what a peer needs before the first of them
 */
record Prices(LeafCost cost, double bytesPerUnit, double leafUnits, Wares wares) {
  /**
   * What a byte takes to reach a peer that was sent too little to measure it: 100 MB/s, what a
   * gigabit link carries, and what it takes to decrypt, hash and keep it.
   */
  static final double TRANSFER_NANOS_PER_BYTE = 10;

  /** What a byte that is lent costs the lender's own workers: to read, prove and encrypt it. */
  static final double LENDER_NANOS_PER_BYTE = 5;

  /** What a lease costs however small it is: signatures, round trips, fetching the evidence. */
  static final double LEASE_NANOS = 5_000_000; // 5 ms

  /**
   * Ways to the peer and back that a lease takes at the least: the offer and its answer, the range,
   * the result, evidence and value.
   */
  static final double LEASE_ROUND_TRIPS = 4;

  /** The prices of {@code task} with leaves of {@code cost}. */
  static Prices of(Task task, LeafCost cost) {
    return new Prices(cost, isIndex(task) ? 0 : 1, leafUnits(task), Wares.of(task.manifest()));
  }

  private static boolean isIndex(Task task) {
    return task.ground() instanceof Task.Ground.Cells(IndexCuts _);
  }

  /** Units of a leaf of {@code task}, as most are. */
  static double leafUnits(Task task) {
    return isIndex(task) ? 1 : task.manifest().chunkBytes();
  }

  /** Leaves among {@code units}, one or more. */
  double leaves(double units) {
    return Math.max(1, units / leafUnits);
  }

  /** Nanoseconds of one worker of this node that a unit takes. */
  double unitNanos() {
    return cost.unitNanos();
  }

  /** Fuel that a unit takes, on every machine. */
  double unitFuel() {
    return cost.weight();
  }

  /** Nanoseconds that one of our own workers would take for so much fuel of this task. */
  double ownNanos(double fuel) {
    return fuel / cost.fuelPerSecond() * 1e9;
  }

  /**
   * The work, in nanoseconds of one of our own workers, that {@code workers} of a peer are thought
   * to do in a nanosecond, before anything of theirs was measured.
   *
   * @param speed of one of them, as a multiple of one of ours
   * @param nanosPerByte that a byte takes to reach them
   */
  double modelledPace(int workers, double speed, double nanosPerByte) {
    double unitNanos = unitNanos();
    return unitNanos / (unitNanos / (workers * speed) + nanosPerByte * bytesPerUnit);
  }

  /** The share of a unit's own work that lending it costs the lender. */
  double lenderShare() {
    return LENDER_NANOS_PER_BYTE * bytesPerUnit / unitNanos();
  }
}
