package io.banyan.compute;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The instructions that tests use, from text to bytes. {@code 0x…} is a byte as it stands. */
final class TestingCode {
  private TestingCode() {}

  private static final Map<String, Integer> PLAIN = new HashMap<>();
  private static final Map<String, Integer> INDEXED = new HashMap<>();
  private static final Map<String, Integer> MEMORY = new HashMap<>();
  private static final Map<String, Integer> BLOCKS = Map.of("block", 2, "loop", 3, "if", 4);

  static {
    row(PLAIN, 0x00, "unreachable nop");
    row(PLAIN, 0x0f, "return");
    row(PLAIN, 0x1a, "drop select");
    PLAIN.put("else", 0x05);
    PLAIN.put("end", 0x0b);
    PLAIN.put("ref.is_null", 0xd1);
    row(PLAIN, 0x45, "i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s");
    row(PLAIN, 0x50, "i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u");
    row(PLAIN, 0x6a, "i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and");
    row(PLAIN, 0x7c, "i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and");
    row(PLAIN, 0x84, "i64.or i64.xor i64.shl");
    row(PLAIN, 0xa8, "i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u");
    row(PLAIN, 0xac, "i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u");
    row(INDEXED, 0x0c, "br br_if");
    row(INDEXED, 0x10, "call");
    row(INDEXED, 0x20, "local.get local.set local.tee global.get global.set table.get table.set");
    row(INDEXED, 0x3f, "memory.size memory.grow");
    INDEXED.put("ref.func", 0xd2);
    row(MEMORY, 0x28, "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u");
    row(MEMORY, 0x36, "i32.store i64.store f32.store f64.store i32.store8 i32.store16");
    row(MEMORY, 0x3c, "i64.store8 i64.store16 i64.store32");
  }

  private static void row(Map<String, Integer> table, int first, String names) {
    int code = first;
    for (String name : names.split(" ")) {
      table.put(name, code++);
    }
  }

  static byte[] assemble(String text) {
    TestingModule.Bytes out = new TestingModule.Bytes();
    Iterator<String> words = List.of(text.trim().split("\\s+")).iterator();
    while (words.hasNext()) {
      instruction(words.next(), words, out);
    }
    return out.toByteArray();
  }

  private static void instruction(String word, Iterator<String> words, TestingModule.Bytes out) {
    if (word.startsWith("0x")) {
      out.u8(Integer.decode(word));
    } else if (PLAIN.containsKey(word)) {
      out.u8(PLAIN.get(word));
    } else if (INDEXED.containsKey(word)) {
      out.u8(INDEXED.get(word)).u32(Long.parseLong(words.next()));
    } else if (MEMORY.containsKey(word)) {
      out.u8(MEMORY.get(word), 0).u32(Long.parseLong(words.next()));
    } else if (BLOCKS.containsKey(word)) {
      out.u8(BLOCKS.get(word), blockType(words.next()));
    } else {
      special(word, words, out);
    }
  }

  private static int blockType(String word) {
    return switch (word) {
      case "void" -> 0x40;
      case "i32" -> 0x7f;
      case "i64" -> 0x7e;
      default -> Integer.parseInt(word); // a type's index
    };
  }

  private static void special(String word, Iterator<String> words, TestingModule.Bytes out) {
    switch (word) {
      case "" -> {}
      case "i32.const" -> out.u8(0x41).signed(Long.decode(words.next()).intValue());
      case "i64.const" -> out.u8(0x42).signed(Long.decode(words.next()));
      case "f32.const" -> {
        out.u8(0x43);
        little(out, Float.floatToRawIntBits(Float.parseFloat(words.next())), 4);
      }
      case "f64.const" -> {
        out.u8(0x44);
        little(out, Double.doubleToRawLongBits(Double.parseDouble(words.next())), 8);
      }
      case "call_indirect" -> out.u8(0x11).u32(Long.parseLong(words.next())).u8(0);
      case "memory.init" -> out.u8(0xfc, 8).u32(Long.parseLong(words.next())).u8(0);
      case "data.drop" -> out.u8(0xfc, 9).u32(Long.parseLong(words.next()));
      case "memory.copy" -> out.u8(0xfc, 10, 0, 0);
      case "memory.fill" -> out.u8(0xfc, 11, 0);
      case "table.copy" -> out.u8(0xfc, 14, 0, 0);
      case "table.grow" -> out.u8(0xfc, 15, 0);
      case "table.size" -> out.u8(0xfc, 16, 0);
      case "table.fill" -> out.u8(0xfc, 17, 0);
      case "ref.null" -> out.u8(0xd0, 0x70);
      default -> throw new IllegalArgumentException("unknown instruction " + word);
    }
  }

  private static void little(TestingModule.Bytes out, long bits, int count) {
    for (int i = 0; i < count; i++) {
      out.u8((int) (bits >>> 8 * i & 0xff));
    }
  }
}
