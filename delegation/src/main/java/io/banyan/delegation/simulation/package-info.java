/**
 * Whole networks of nodes in one thread: the Delegator that production runs, around it a model of
 * what a node does for it, and between them a network, disks, clocks and users that fail, all from
 * one seed. {@link io.banyan.delegation.simulation.Simulation} is where to begin.
 */
@NullMarked
package io.banyan.delegation.simulation;

import org.jspecify.annotations.NullMarked;
