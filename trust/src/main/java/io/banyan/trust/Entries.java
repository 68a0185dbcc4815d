package io.banyan.trust;

import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Step;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Entries one by one, seen from before each: steps are taken as long as steps come.
 *
 * <p>For one thread.
 */
final class Entries implements Iterator<Step> {
  private final Iterator<ReceiptEntry> entries;
  private Optional<ReceiptEntry> ahead;

  Entries(Iterator<ReceiptEntry> entries) {
    this.entries = entries;
    this.ahead = advance();
  }

  private Optional<ReceiptEntry> advance() {
    return entries.hasNext() ? Optional.of(entries.next()) : Optional.empty();
  }

  /** The entry that comes next, which stays. */
  Optional<ReceiptEntry> ahead() {
    return ahead;
  }

  void skip() {
    ahead = advance();
  }

  /** Whether a step comes next. */
  @Override
  public boolean hasNext() {
    return ahead.isPresent() && ahead.get() instanceof ReceiptEntry.StepEntry;
  }

  @Override
  public Step next() {
    if (ahead.isPresent() && ahead.get() instanceof ReceiptEntry.StepEntry(Step step)) {
      skip();
      return step;
    }
    throw new NoSuchElementException("what comes next is no step");
  }
}
