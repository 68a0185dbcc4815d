package io.banyan.compute;

/**
 * The types a guest's values may have. Vectors and garbage-collected references are not offered.
 */
enum ValueType {
  I32(0x7f),
  I64(0x7e),
  F32(0x7d),
  F64(0x7c),
  FUNCREF(0x70),
  EXTERNREF(0x6f);

  /** Arrays by {@link #slot} are this long. */
  static final int SLOTS = 17;

  private final int code;

  ValueType(int code) {
    this.code = code;
  }

  /** Its byte in the binary format. */
  int code() {
    return code;
  }

  /** A small number of its own, for arrays. */
  int slot() {
    return I32.code - code;
  }

  boolean isReference() {
    return this == FUNCREF || this == EXTERNREF;
  }

  /** The type that {@code module} has next. */
  static ValueType read(WasmReader module) throws RefusedException {
    int offset = module.position();
    return of(module.u8(), offset);
  }

  static ValueType of(int code, int offset) throws RefusedException {
    return switch (code) {
      case 0x7f -> I32;
      case 0x7e -> I64;
      case 0x7d -> F32;
      case 0x7c -> F64;
      case 0x70 -> FUNCREF;
      case 0x6f -> EXTERNREF;
      case 0x7b ->
          throw new RefusedException(
              Rule.FEATURES, offset, "value type v128 (SIMD) is not offered");
      default ->
          throw new RefusedException(
              Rule.FEATURES, offset, "value type 0x%02x is not offered".formatted(code));
    };
  }

  static ValueType readReference(WasmReader module) throws RefusedException {
    int offset = module.position();
    ValueType type = read(module);
    if (!type.isReference()) {
      throw new RefusedException(
          Rule.FORMAT, offset, "not a WebAssembly module: a number where a reference belongs");
    }
    return type;
  }
}
