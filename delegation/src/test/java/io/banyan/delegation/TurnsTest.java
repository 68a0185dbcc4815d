package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.PublicKey;
import io.banyan.schema.SplitRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final List<Priority> CLASSES = List.of(Priority.values());

  private final Turns turns = new Turns();
  private int tasks;

  private TaskState begin(int submitter, Priority priority) {
    byte[] input = new byte[8];
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 1, BlobRef.of(input), 60_000, 1);
    Digest link = TestingManifests.link(tasks++);
    Task whole =
        TestingManifests.task(link, manifest, TestingManifests.cuts(manifest, input), true);
    PublicKey key = TestingManifests.peer(submitter).key();
    Task task = TestingManifests.of(whole, key, priority);
    TaskWalk.Overtaken nobody =
        new TaskWalk.Overtaken() {
          @Override
          public void call(long call) {
            throw new AssertionError("call " + call);
          }

          @Override
          public void lease(long lease, PlanNode node) {
            throw new AssertionError("lease " + lease + " of " + node);
          }
        };
    TaskState state = new TaskState(task, 0, nobody, new Outbox());
    turns.begin(state);
    return state;
  }

  /** Takes {@code count} turns of 1 each, by the first that {@code wants} one. */
  private Map<TaskState, Integer> take(int count, Predicate<TaskState> wants) {
    Map<TaskState, Integer> taken = new HashMap<>();
    for (int i = 0; i < count; i++) {
      TaskState next = turns.inOrder().stream().filter(wants).findFirst().orElseThrow();
      turns.took(next, 1);
      taken.merge(next, 1, Integer::sum);
    }
    return taken;
  }

  @Test
  void classesShareByTheirWeights() {
    TaskState low = begin(1, Priority.LOW);
    TaskState normal = begin(2, Priority.NORMAL);
    TaskState high = begin(3, Priority.HIGH);
    TaskState critical = begin(4, Priority.CRITICAL);

    Map<TaskState, Integer> taken = take(1000, state -> true);

    assertEquals(Map.of(low, 100, normal, 200, high, 300, critical, 400), taken);
  }

  @Test
  void submittersOfOneClassShareEquallyHoweverManyTasksTheyHave() {
    TaskState first = begin(1, Priority.NORMAL);
    begin(1, Priority.NORMAL);
    begin(1, Priority.NORMAL);
    TaskState other = begin(2, Priority.NORMAL);

    assertEquals(Map.of(first, 50, other, 50), take(100, state -> true));
  }

  @Test
  void whatIsBegunFirstGoesFirstAndTheNextWhenItWantsNothing() {
    TaskState first = begin(1, Priority.NORMAL);
    TaskState second = begin(1, Priority.NORMAL);

    assertEquals(List.of(first, second), turns.inOrder());
    assertEquals(Map.of(second, 5), take(5, state -> state != first));
  }

  @Test
  void whoWantedNothingSavesNothingUp() {
    TaskState quiet = begin(1, Priority.NORMAL);
    TaskState busy = begin(2, Priority.NORMAL);
    take(1000, state -> state == busy);

    Map<TaskState, Integer> taken = take(100, state -> true);

    assertTrue(taken.get(quiet) <= 51, taken.get(quiet) + " of 100 turns");
  }

  @Test
  void whoComesLateOwesNothingAndIsOwedNothing() {
    TaskState early = begin(1, Priority.LOW);
    take(1000, state -> true);
    TaskState late = begin(2, Priority.LOW);

    Map<TaskState, Integer> taken = take(100, state -> true);

    assertEquals(Map.of(early, 50, late, 50), taken);
  }

  @Test
  void turnsArePutRightWhenTheyTurnOutLonger() {
    TaskState slow = begin(1, Priority.NORMAL);
    TaskState quick = begin(2, Priority.NORMAL);
    Map<TaskState, Integer> taken = new HashMap<>();

    for (int i = 0; i < 110; i++) {
      TaskState next = turns.inOrder().getFirst();
      turns.took(next, 1);
      taken.merge(next, 1, Integer::sum);
      turns.correct(next, next == slow ? 9 : 0);
    }

    assertEquals(10, taken.get(slow), 1);
    assertEquals(100, taken.get(quick), 1);
  }

  @Test
  void nothingIsKeptOfTasksThatAreOver() {
    List<TaskState> begun = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      begun.add(begin(i % 3, CLASSES.get(i % 4)));
    }

    begun.forEach(turns::end);
    begun.forEach(turns::end);

    assertEquals(List.of(), turns.inOrder());
    turns.took(begun.getFirst(), 1); // late news
    assertEquals(List.of(), turns.inOrder());
  }

  /** Whoever asks without a pause is never further behind its share than one turn of each. */
  @Property(tries = 200)
  void nobodyStarves(
      @ForAll @Size(min = 2, max = 8) List<@IntRange(min = 0, max = 15) Integer> drawn,
      @ForAll @IntRange(min = 100, max = 400) int count) {
    TurnsTest fresh = new TurnsTest();
    List<TaskState> begun = new ArrayList<>();
    for (int draw : drawn) {
      begun.add(fresh.begin(begun.size(), CLASSES.get(draw % 4)));
    }

    Map<TaskState, Integer> taken = fresh.take(count, state -> true);

    double weights =
        begun.stream()
            .map(state -> state.task.manifest().routing().priority())
            .distinct()
            .mapToInt(Priority::weight)
            .sum();
    for (TaskState state : begun) {
      Priority priority = state.task.manifest().routing().priority();
      long peers =
          begun.stream()
              .filter(other -> other.task.manifest().routing().priority() == priority)
              .count();
      double due = count * priority.weight() / weights / peers;
      assertTrue(
          Math.abs(taken.getOrDefault(state, 0) - due) <= 1 + begun.size(),
          () -> priority + " took " + taken.get(state) + " of " + due);
    }
  }
}
