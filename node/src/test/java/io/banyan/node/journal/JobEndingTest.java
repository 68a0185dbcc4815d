package io.banyan.node.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Value;
import org.junit.jupiter.api.Test;

class JobEndingTest {
  @Test
  void anySentenceBecomesACauseThatFits() {
    assertEquals("ab", JobEnding.Failed.of("a\n\u001bb").cause());
    assertEquals("no cause was given", JobEnding.Failed.of("\n").cause());
    assertEquals(339, JobEnding.Failed.of("€".repeat(5000)).cause().length());
    assertEquals("x", JobEnding.Failed.of("x\ud800").cause());
  }

  @Test
  void causeIsASentence() {
    assertThrows(IllegalArgumentException.class, () -> new JobEnding.Failed(" "));
    assertThrows(IllegalArgumentException.class, () -> new JobEnding.Failed("x".repeat(341)));
  }

  @Test
  void outputIsAsLongAsTheValue() {
    BlobRef one = BlobRef.of(new byte[1]);

    assertThrows(
        IllegalArgumentException.class,
        () -> new JobEnding.Completed(new Value.Blob(one), BlobRef.of(new byte[2]), one));
  }
}
