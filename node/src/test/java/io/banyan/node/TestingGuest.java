package io.banyan.node;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A small assembler of guests, so that tests need no toolchain and can be as hostile as they like.
 * Code is written as in the text format without folding; {@code call alloc} finds the allocator.
 * Functions are handed (pointer, length) as locals 0 and 1; locals 2 to 6 are i32, 7 is i64.
 */
public final class TestingGuest {
  /** Returns the bytes that it was handed. */
  public static final String ECHO = packed("local.get 0", "local.get 1");

  /**
   * Goes on until it is stopped or out of fuel; what it computes cannot be foreseen, or the JVM's
   * compiler would, and be done at once.
   */
  public static final String LOOP =
      "loop i32.const 0 i32.const 0 i64.load 0 i64.const 5 i64.mul i64.const 1 i64.add i64.store"
          + " br 0 end i64.const 0";

  public static final String TRAP = "unreachable";

  /** Returns a range that is not in its memory. */
  public static final String OUT_OF_RANGE = packed("i32.const -8", "i32.const 16");

  /** A merge that puts values one after the other. */
  public static final String CONCAT = concat("");

  /** A merge that ends each value with a comma, and so depends on how it is grouped. */
  public static final String CONCAT_WITH_COMMAS =
      concat("local.get 2 i32.const 44 i32.store8 local.get 2 i32.const 1 i32.add local.set 2 ");

  /** A merge that comes to how many values it was handed. */
  public static final String COUNT_ARGUMENTS =
      "local.get 0 local.get 0 i32.load i32.store " + packed("local.get 0", "i32.const 4");

  /** The sum of all bytes, as u64le. */
  public static final String SUM_BYTES =
      "block loop local.get 1 i32.eqz br_if 1"
          + " local.get 7 local.get 0 i32.load8_u i64.extend_i32_u i64.add local.set 7"
          + " local.get 0 i32.const 1 i32.add local.set 0"
          + " local.get 1 i32.const 1 i32.sub local.set 1 br 0 end end "
          + u64("local.get 7");

  /** A merge of such sums. */
  public static final String SUM_VALUES =
      "local.get 0 i32.load local.set 2 "
          + "block loop local.get 2 i32.eqz br_if 1"
          + " local.get 7 local.get 0 i64.load 8 i64.add local.set 7"
          + " local.get 0 i32.const 12 i32.add local.set 0"
          + " local.get 2 i32.const 1 i32.sub local.set 2 br 0 end end "
          + u64("local.get 7");

  private static final int PAGES = 16; // 1 MiB: little to reserve, much to work in

  private final List<byte[]> imports = new ArrayList<>();
  private final List<byte[]> functions = new ArrayList<>();
  private final List<byte[]> bodies = new ArrayList<>();
  private final List<byte[]> exports = new ArrayList<>();
  private final List<byte[]> data = new ArrayList<>();
  private int pagesMin = PAGES;
  private int pagesMax = PAGES;

  /** A guest whose {@code execute} is {@code code}. */
  public static TestingGuest of(String code) {
    return new TestingGuest().function("execute", code);
  }

  /** {@code split} into so many parts, as even as they can be; the last ones may be empty. */
  public static String splitInto(int parts) {
    return ("local.get 1 i32.const " + (4 + 4 * parts) + " i32.add call alloc local.tee 2")
        + (" i32.const " + parts + " i32.store")
        + " local.get 2 i32.const 4 i32.add local.set 3"
        + (" local.get 1 i32.const " + (parts - 1) + " i32.add i32.const " + parts)
        + (" i32.div_u local.set 4 i32.const " + parts + " local.set 5")
        + " block loop local.get 5 i32.eqz br_if 1"
        + " local.get 4 local.get 1 local.get 4 local.get 1 i32.lt_u select local.set 6"
        + " local.get 3 local.get 6 i32.store"
        + " local.get 3 i32.const 4 i32.add local.get 0 local.get 6 memory.copy"
        + " local.get 3 i32.const 4 i32.add local.get 6 i32.add local.set 3"
        + " local.get 0 local.get 6 i32.add local.set 0"
        + " local.get 1 local.get 6 i32.sub local.set 1"
        + " local.get 5 i32.const 1 i32.sub local.set 5 br 0 end end "
        + packed("local.get 2", "local.get 3 local.get 2 i32.sub");
  }

  private static String concat(String afterEach) {
    return "local.get 0 local.set 2 local.get 0 i32.const 4 i32.add local.set 3"
        + " local.get 0 i32.load local.set 4"
        + " block loop local.get 4 i32.eqz br_if 1"
        + " local.get 3 i32.load local.set 5"
        + " local.get 2 local.get 3 i32.const 4 i32.add local.get 5 memory.copy"
        + " local.get 2 local.get 5 i32.add local.set 2 "
        + (afterEach + "local.get 3 i32.const 4 i32.add local.get 5 i32.add local.set 3")
        + " local.get 4 i32.const 1 i32.sub local.set 4 br 0 end end "
        + packed("local.get 0", "local.get 2 local.get 0 i32.sub");
  }

  private static String packed(String pointer, String length) {
    return pointer
        + (" i64.extend_i32_u i64.const 32 i64.shl " + length)
        + " i64.extend_i32_u i64.or";
  }

  private static String u64(String value) {
    return ("i32.const 8 call alloc local.tee 2 " + value + " i64.store ")
        + packed("local.get 2", "i32.const 8");
  }

  public TestingGuest merge(String code) {
    return function("merge", code);
  }

  public TestingGuest split(String code) {
    return function("split", code);
  }

  /** Memory in 64 KiB pages. */
  public TestingGuest memory(int min, int max) {
    pagesMin = min;
    pagesMax = max;
    return this;
  }

  /**
   * An imported function of two i32 and no result; call it as {@code call 0} if it is the first.
   */
  public TestingGuest imports(String module, String name) {
    imports.add(bytes(name(module), name(name), new byte[] {0, 2}));
    return this;
  }

  /** {@code banyan.log}, of three i32; call it as {@code call 0} if it is the first. */
  public TestingGuest importsLog() {
    imports.add(bytes(name("banyan"), name("log"), new byte[] {0, 3}));
    return this;
  }

  /** {@code banyan.progress}, of one i32; likewise. */
  public TestingGuest importsProgress() {
    imports.add(bytes(name("banyan"), name("progress"), new byte[] {0, 4}));
    return this;
  }

  public TestingGuest data(int address, String text) {
    data.add(bytes(new byte[] {0, 0x41}, signed(address), new byte[] {0x0b}, name(text)));
    return this;
  }

  /** A function (i32, i32) → i64, which is exported. */
  public TestingGuest function(String export, String code) {
    functions.add(name(export));
    bodies.add(code.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  /** The module. */
  public byte[] bytes() {
    int alloc = imports.size();
    List<byte[]> types =
        List.of(
            new byte[] {0x60, 2, 0x7f, 0x7f, 1, 0x7e},
            new byte[] {0x60, 1, 0x7f, 1, 0x7f},
            new byte[] {0x60, 2, 0x7f, 0x7f, 0},
            new byte[] {0x60, 3, 0x7f, 0x7f, 0x7f, 0},
            new byte[] {0x60, 1, 0x7f, 0});
    List<byte[]> declared = new ArrayList<>(List.of(new byte[] {1}));
    List<byte[]> code = new ArrayList<>();
    code.add(
        sized(
            new byte[] {0},
            assemble("global.get 0 global.get 0 local.get 0 i32.add global.set 0", alloc)));
    exports.clear();
    exports.add(bytes(name("memory"), new byte[] {2, 0}));
    exports.add(bytes(name("alloc"), new byte[] {0}, unsigned(alloc)));
    for (int i = 0; i < bodies.size(); i++) {
      declared.add(new byte[] {0});
      String text = new String(bodies.get(i), StandardCharsets.US_ASCII);
      code.add(sized(new byte[] {2, 5, 0x7f, 1, 0x7e}, assemble(text, alloc)));
      exports.add(bytes(functions.get(i), new byte[] {0}, unsigned(alloc + 1 + i)));
    }
    byte[] memory = bytes(new byte[] {1}, unsigned(pagesMin), unsigned(pagesMax));
    byte[] heap = bytes(new byte[] {0x7f, 1, 0x41}, signed(4096), new byte[] {0x0b});
    return bytes(
        new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0},
        section(1, types),
        section(2, imports),
        section(3, declared),
        section(5, List.of(memory)),
        section(6, List.of(heap)),
        section(7, exports),
        section(10, code),
        section(11, data));
  }

  private static byte[] section(int id, List<byte[]> items) {
    if (items.isEmpty()) {
      return new byte[0];
    }
    byte[] content = bytes(unsigned(items.size()), bytes(items.toArray(byte[][]::new)));
    return bytes(new byte[] {(byte) id}, unsigned(content.length), content);
  }

  private static byte[] sized(byte[] locals, byte[] code) {
    byte[] body = bytes(locals, code, new byte[] {0x0b});
    return bytes(unsigned(body.length), body);
  }

  private static byte[] name(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return bytes(unsigned(utf8.length), utf8);
  }

  private static byte[] bytes(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] unsigned(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    while (rest >= 0x80) {
      out.write(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return out.toByteArray();
  }

  private static byte[] signed(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while (rest < -64 || rest > 63) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>= 7;
    }
    out.write((int) (rest & 0x7f));
    return out.toByteArray();
  }

  private static byte[] assemble(String text, int alloc) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Iterator<String> words = List.of(text.trim().split("\\s+")).iterator();
    while (words.hasNext()) {
      instruction(words.next(), words, alloc, out);
    }
    return out.toByteArray();
  }

  private static void instruction(
      String word, Iterator<String> words, int alloc, ByteArrayOutputStream out) {
    switch (word) {
      case "memory.copy" -> out.writeBytes(new byte[] {(byte) 0xfc, 0x0a, 0, 0});
      case "block" -> out.writeBytes(new byte[] {0x02, 0x40});
      case "loop" -> out.writeBytes(new byte[] {0x03, 0x40});
      case "call" -> {
        String target = words.next();
        out.write(0x10);
        out.writeBytes(unsigned(target.equals("alloc") ? alloc : Integer.parseInt(target)));
      }
      case "i64.load" -> {
        out.writeBytes(new byte[] {0x29, 0});
        out.writeBytes(unsigned(Integer.parseInt(words.next())));
      }
      case "i32.const", "i64.const" -> {
        out.write(word.startsWith("i32") ? 0x41 : 0x42);
        out.writeBytes(signed(Long.parseLong(words.next())));
      }
      case "br", "br_if", "local.get", "local.set", "local.tee", "global.get", "global.set" -> {
        out.write(CODES.get(word));
        out.writeBytes(unsigned(Integer.parseInt(words.next())));
      }
      case "i32.load", "i32.load8_u", "i32.store", "i32.store8", "i64.store" ->
          out.writeBytes(new byte[] {CODES.get(word).byteValue(), 0, 0});
      default -> {
        Integer code = CODES.get(word);
        if (code == null) {
          throw new IllegalArgumentException("unknown instruction " + word);
        }
        out.write(code);
      }
    }
  }

  private static final Map<String, Integer> CODES = new HashMap<>();

  static {
    row(0x00, "unreachable nop");
    row(0x0b, "end br br_if");
    row(0x1a, "drop select");
    row(0x20, "local.get local.set local.tee global.get global.set");
    row(0x28, "i32.load");
    row(0x2d, "i32.load8_u");
    row(0x36, "i32.store i64.store");
    row(0x3a, "i32.store8");
    row(0x45, "i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u");
    row(0x6a, "i32.add i32.sub i32.mul i32.div_s i32.div_u");
    row(0x7c, "i64.add i64.sub i64.mul");
    row(0x84, "i64.or i64.xor i64.shl");
    row(0xad, "i64.extend_i32_u");
  }

  private static void row(int first, String names) {
    int code = first;
    for (String name : names.split(" ")) {
      CODES.put(name, code++);
    }
  }
}
