package io.banyan.compute;

import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import java.util.List;

/** The types of the functions that the guest interface {@code banyan/1} names. */
final class GuestInterface {
  private GuestInterface() {}

  /** {@code split}, {@code execute}, {@code merge}: pointer and length in, both packed out. */
  static final Signature CALL = new Signature(List.of(I32, I32), List.of(I64));

  /** {@code alloc}: a length in, a pointer out, 0 for failure. */
  static final Signature ALLOC = new Signature(List.of(I32), List.of(I32));

  /** {@code configure}: pointer and length of a list. */
  static final Signature CONFIGURE = new Signature(List.of(I32, I32), List.of());

  /** {@code _start}, {@code _initialize}. */
  static final Signature VOID = new Signature(List.of(), List.of());
}
