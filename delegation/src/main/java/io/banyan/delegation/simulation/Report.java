package io.banyan.delegation.simulation;

import java.util.Map;

/**
 * What came of a simulation.
 *
 * @param ends how often jobs ended how
 * @param makespanNanos from the first job's acceptance to the end of the last
 * @param events that happened
 * @param told how often a Delegator was told something
 * @param letters messages sent, heartbeats included
 * @param beats heartbeats
 * @param fetches of data: what a lease stands on, evidence, values
 * @param calls made by workers
 * @param leaves executed; some more than once, when something went wrong
 * @param leases lent
 * @param crashes of nodes
 * @param mostOfOneNode the most that one node kept track of at any look
 */
record Report(
    Map<String, Integer> ends,
    long makespanNanos,
    long events,
    long told,
    long letters,
    long beats,
    long fetches,
    long calls,
    long leaves,
    long leases,
    int crashes,
    int mostOfOneNode,
    Story story) {}
