package io.banyan.node;

import io.banyan.delegation.Task;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.trust.JobContent;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a task's claims are held against: the input as this node has it.
 *
 * <p>Safe for any thread. A disk that fails is an {@link UncheckedIOException}.
 */
public final class TaskContent implements JobContent {
  private final TaskFolder folder;

  public TaskContent(TaskFolder folder) {
    this.folder = folder;
  }

  @Override
  public boolean merges() {
    return folder.task().merges();
  }

  @Override
  public Cuts cuts() {
    return switch (folder.task().ground()) {
      case Task.Ground.Cells(Cuts cuts) -> cuts;
      case Task.Ground.Part _ -> throw new IllegalStateException("a part has no cells");
    };
  }

  @Override
  public Digest chunk(Interval cell) {
    if (cuts() instanceof IndexCuts index) {
      return BlobRef.of(index.chunk(cell.from())).digest();
    }
    try {
      byte[] bytes =
          folder
              .material()
              .input()
              .orElseThrow()
              .read(cuts().cut(cell.from()), cuts().cut(cell.to()));
      return BlobRef.of(bytes).digest();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
