package io.banyan.node.daemon;

import org.jspecify.annotations.Nullable;

/**
 * One of two things that need each other, while the other is made. Set once, before anybody asks.
 */
final class Later<T> {
  private volatile @Nullable T value; // set by who starts the node, read by all its threads

  void set(T made) {
    value = made;
  }

  T get() {
    T made = value;
    if (made == null) {
      throw new IllegalStateException("it was asked for before it was made");
    }
    return made;
  }
}
