package io.banyan.delegation;

import io.banyan.schema.Priority;
import io.banyan.schema.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whose turn it is, among tasks that want the same thing: own workers, or peers. Classes of
 * priority share it by their weights, 100 to 75 to 50 to 25, and within a class submitters share
 * equally; so whoever asks for more gets no more, and nobody starves. Of one submitter's tasks in a
 * class the one that was begun first goes first.
 *
 * <p>Confined to the driver thread.
 */
final class Turns {
  /*
   * Start-time fair queueing (Goyal, Vin, Cheng, 1996) on two levels. Each share has a tag: what it
   * was given, over its weight. The one with the smallest tag is next. Who wanted nothing for a
   * while is brought up to the tag of who went last, and so saves nothing up.
   */

  private final Shares<Priority, Members> classes = new Shares<>();

  /** The submitters of one class. */
  private static final class Members {
    final Shares<PublicKey, Set<TaskState>> bySubmitter = new Shares<>();
  }

  /** What several share; those that are there, by the time at which they came. */
  private static final class Shares<K, M> {
    private final Map<K, Share<K, M>> shares = new LinkedHashMap<>();
    private double now; // the tag of who went last

    /** In the order in which it is their turn; of equals the one that came first. */
    List<Share<K, M>> inOrder() {
      List<Share<K, M>> order = new ArrayList<>(shares.values());
      order.sort(Comparator.comparingDouble(share -> Math.max(share.tag, now)));
      return order;
    }

    void charge(K key, double amount) {
      Share<K, M> share = shares.get(key);
      if (share != null) {
        share.tag += amount;
      }
    }

    /** It is the turn of {@code key}, and of nobody before it. */
    void took(K key) {
      Share<K, M> share = shares.get(key);
      if (share != null) {
        share.tag = Math.max(share.tag, now);
        now = share.tag;
      }
    }
  }

  private static final class Share<K, M> {
    final K key;
    final M members;
    double tag;

    Share(K key, M members, double tag) {
      this.key = key;
      this.members = members;
      this.tag = tag;
    }
  }

  void begin(TaskState state) {
    Priority priority = priority(state);
    PublicKey submitter = state.task.submitter();
    Members members =
        classes.shares.computeIfAbsent(
                priority, key -> new Share<>(key, new Members(), classes.now))
            .members;
    members
        .bySubmitter
        .shares
        .computeIfAbsent(
            submitter, key -> new Share<>(key, new LinkedHashSet<>(), members.bySubmitter.now))
        .members
        .add(state);
  }

  /** {@code state} is over; harmless if it was before. */
  void end(TaskState state) {
    Share<Priority, Members> of = classes.shares.get(priority(state));
    if (of == null) {
      return;
    }
    Map<PublicKey, Share<PublicKey, Set<TaskState>>> submitters = of.members.bySubmitter.shares;
    Share<PublicKey, Set<TaskState>> own = submitters.get(state.task.submitter());
    if (own == null) {
      return;
    }
    own.members.remove(state);
    if (own.members.isEmpty()) {
      submitters.remove(own.key);
    }
    if (submitters.isEmpty()) {
      classes.shares.remove(of.key);
    }
  }

  /** All tasks, the one whose turn it is first. */
  List<TaskState> inOrder() {
    List<TaskState> order = new ArrayList<>();
    for (Share<Priority, Members> of : classes.inOrder()) {
      for (Share<PublicKey, Set<TaskState>> own : of.members.bySubmitter.inOrder()) {
        order.addAll(own.members);
      }
    }
    return order;
  }

  /**
   * {@code state} took its turn: all that were before it in {@link #inOrder} wanted nothing.
   *
   * @param amount what it was given, 0 or more
   */
  void took(TaskState state, double amount) {
    Share<Priority, Members> of = classes.shares.get(priority(state));
    if (of != null) {
      classes.took(of.key);
      of.members.bySubmitter.took(state.task.submitter());
      correct(state, amount);
    }
  }

  /**
   * What {@code state} was given turns out to be {@code amount} more, or less where it is below 0.
   */
  void correct(TaskState state, double amount) {
    Priority priority = priority(state);
    Share<Priority, Members> of = classes.shares.get(priority);
    if (of != null) {
      classes.charge(priority, amount / priority.weight());
      of.members.bySubmitter.charge(state.task.submitter(), amount);
    }
  }

  private static Priority priority(TaskState state) {
    return state.task.manifest().routing().priority();
  }
}
