package io.banyan.compute;

import java.util.ArrayList;
import java.util.List;

/**
 * What a module is configured with before each call, if it exports {@code configure}: a list whose
 * item 0 is the params and whose others are the shared blobs.
 */
public record Configuration(byte[] params, List<byte[]> shared) {
  /** No params, no shared blobs; {@code configure} is called all the same. */
  public static final Configuration NONE = new Configuration(new byte[0], List.of());

  public Configuration {
    shared = List.copyOf(shared);
  }

  List<byte[]> items() {
    List<byte[]> items = new ArrayList<>();
    items.add(params);
    items.addAll(shared);
    return items;
  }
}
