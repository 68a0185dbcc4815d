package io.banyan.delegation.simulation;

import java.util.Arrays;

/**
 * What will happen, and when: the one queue of events, and with it the clock. Of things due at the
 * same time, what was put down first goes first.
 *
 * <p>Confined to the thread that simulates.
 */
final class Agenda {
  private static final int CAPACITY = 1024; // to begin with

  // A binary heap in three arrays: a queue of records would make garbage of every comparison.
  private long[] nanos = new long[CAPACITY];
  private long[] numbers = new long[CAPACITY];
  private Runnable[] events = new Runnable[CAPACITY];
  private int size;
  private long nextNumber;
  private long nowNanos;

  /** The time that all clocks but those on walls show. */
  long nowNanos() {
    return nowNanos;
  }

  /** How much has happened. */
  long happened() {
    return nextNumber - size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** When the next thing is due; there is one. */
  long nextNanos() {
    return nanos[0];
  }

  /** {@code event} is due at {@code atNanos}, or now if that has passed. */
  void at(long atNanos, Runnable event) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
      numbers = Arrays.copyOf(numbers, 2 * size);
      events = Arrays.copyOf(events, 2 * size);
    }
    climb(size++, Math.max(atNanos, nowNanos), nextNumber++, event);
  }

  /** {@code event} is due {@code nanosFromNow}. */
  void in(long nanosFromNow, Runnable event) {
    at(nowNanos + nanosFromNow, event);
  }

  /** Lets the next thing happen; there is one. */
  void happen() {
    Runnable event = events[0];
    nowNanos = nanos[0];
    size--;
    sink(nanos[size], numbers[size], events[size]);
    event.run();
  }

  private void climb(int from, long atNanos, long number, Runnable event) {
    int slot = from;
    while (slot > 0) {
      int above = (slot - 1) / 2;
      if (!isBefore(atNanos, number, above)) {
        break;
      }
      move(above, slot);
      slot = above;
    }
    put(slot, atNanos, number, event);
  }

  private void sink(long atNanos, long number, Runnable event) {
    int slot = 0;
    for (int below = 1; below < size; below = 2 * slot + 1) {
      if (below + 1 < size && isBefore(nanos[below + 1], numbers[below + 1], below)) {
        below++;
      }
      if (isBefore(atNanos, number, below)) {
        break;
      }
      move(below, slot);
      slot = below;
    }
    put(slot, atNanos, number, event);
  }

  private boolean isBefore(long atNanos, long number, int slot) {
    return atNanos < nanos[slot] || (atNanos == nanos[slot] && number < numbers[slot]);
  }

  private void move(int from, int to) {
    put(to, nanos[from], numbers[from], events[from]);
  }

  private void put(int slot, long atNanos, long number, Runnable event) {
    nanos[slot] = atNanos;
    numbers[slot] = number;
    events[slot] = event;
  }
}
