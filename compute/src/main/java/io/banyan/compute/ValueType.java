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

  private final int code;

  ValueType(int code) {
    this.code = code;
  }

  static ValueType of(int code) throws RefusedException {
    for (ValueType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    if (code == 0x7b) {
      throw new RefusedException("value type v128 (SIMD) is not offered");
    }
    throw new RefusedException("value type 0x%02x is not offered".formatted(code));
  }
}
