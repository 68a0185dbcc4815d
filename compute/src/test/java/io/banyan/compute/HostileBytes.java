package io.banyan.compute;

import static io.banyan.compute.HostileModule.rejected;
import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Bytes that lie about themselves. */
final class HostileBytes {
  private HostileBytes() {}

  /** What a section's first number counts, by the section's id. */
  private static final String[] COUNTED = {
    "types",
    "imports",
    "functions",
    "tables",
    "memories",
    "globals",
    "exports",
    "",
    "element segments",
    "",
    "data segments"
  };

  static List<HostileModule> all() {
    List<HostileModule> all = new ArrayList<>();
    for (int i = 0; i < COUNTED.length; i++) {
      int id = i + 1;
      if (!COUNTED[i].isEmpty()) {
        all.add(
            rejected(
                "4 294 967 295 " + COUNTED[i], COUNTED[i], () -> section(id, -1, -1, -1, -1, 15)));
      }
    }
    all.addAll(framing());
    all.addAll(contents());
    return all;
  }

  private static byte[] section(int id, int... content) {
    return new TestingModule()
        .withoutMemoryExport()
        .rawSection(id, new TestingModule.Bytes().u8(content).toByteArray())
        .bytes();
  }

  private static byte[] raw(int... bytes) {
    TestingModule.Bytes module = new TestingModule.Bytes();
    return module.u8(0, 'a', 's', 'm', 1, 0, 0, 0).u8(bytes).toByteArray();
  }

  private static List<HostileModule> framing() {
    return List.of(
        rejected("no bytes", "not a WebAssembly module", () -> new byte[0]),
        rejected(
            "a component",
            "not a WebAssembly module",
            () -> new byte[] {0, 'a', 's', 'm', 13, 0, 1, 0}),
        rejected("a header alone", "memory", HostileBytes::raw),
        rejected("a section longer than the module", "ends early", () -> raw(1, 100, 0)),
        rejected("a section of 4 GiB", "ends early", () -> raw(1, -1, -1, -1, -1, 15, 0)),
        rejected("a section shorter than it is", "", () -> raw(1, 2, 1, 0x60, 0, 0)),
        rejected("a section longer than it is", "", () -> raw(1, 6, 1, 0x60, 0, 0, 0, 0)),
        rejected("a length of six bytes", "32 bits", () -> raw(1, 0x81, 0x80, 0x80, 0x80, 0x80, 0)),
        rejected("a length of 33 bits", "32 bits", () -> raw(1, -1, -1, -1, -1, 0x1f)),
        rejected("a length without an end", "ends early", () -> raw(1, 0x80)),
        rejected("a section twice", "order", () -> raw(1, 1, 0, 1, 1, 0)),
        rejected("sections in the wrong order", "order", () -> raw(3, 1, 0, 1, 1, 0)),
        rejected("a section that does not exist", "unknown", () -> raw(14, 1, 0)),
        rejected("a custom section without a name", "", () -> honestAnd(0, 0)),
        rejected(
            "a custom section whose name is longer than it", "", () -> honestAnd(0, 2, 100, 'x')),
        rejected(
            "a custom section with a name that is not UTF-8", "", () -> honestAnd(0, 2, 1, 0xff)),
        rejected("functions without bodies", "differ", HostileBytes::withoutBodies),
        rejected(
            "half of a module", "ends early", () -> Arrays.copyOf(honest(), honest().length / 2)),
        rejected(
            "a module without its last byte",
            "ends early",
            () -> Arrays.copyOf(honest(), honest().length - 1)),
        rejected(
            "bodies that nobody declared",
            "differ",
            () -> raw(1, 4, 1, 0x60, 0, 0, 10, 4, 1, 2, 0, 0x0b)),
        rejected("a byte behind the end", "", () -> Arrays.copyOf(honest(), honest().length + 1)));
  }

  private static byte[] honest() {
    return reactor(NOTHING).bytes();
  }

  private static byte[] honestAnd(int... bytes) {
    TestingModule.Bytes module = new TestingModule.Bytes();
    module.writeBytes(honest());
    return module.u8(bytes).toByteArray();
  }

  /** Two data segments are counted where there is one. */
  private static byte[] wrongDataCount() {
    byte[] bytes = reactor(NOTHING).passiveData("x").bytes();
    for (int i = 0; i < bytes.length - 2; i++) {
      if (bytes[i] == 12 && bytes[i + 1] == 1 && bytes[i + 2] == 1) {
        bytes[i + 2] = 2;
        return bytes;
      }
    }
    throw new IllegalStateException("no data count section");
  }

  private static byte[] withoutBodies() {
    return new TestingModule()
        .withoutMemoryExport()
        .rawSection(1, new byte[] {1, 0x60, 0, 0})
        .rawSection(3, new byte[] {1, 0})
        .bytes();
  }

  private static HostileModule code(String name, String words, String code) {
    return rejected(name, words, () -> reactor(code + " " + NOTHING).bytes());
  }

  private static byte[] body(int... bytes) {
    return reactor(NOTHING)
        .rawFunction("", VOID, new TestingModule.Bytes().u8(bytes).toByteArray())
        .bytes();
  }

  private static List<HostileModule> contents() {
    return List.of(
        code("an instruction that does not exist", "0x27", "0x27"),
        code("a tail call", "tail calls", "0x12 0x00"),
        code("a SIMD instruction", "SIMD", "0xfd 0x0c" + " 0x00".repeat(16)),
        code("an atomic instruction", "atomics", "0xfe 0x03 0x00"),
        code("an exception", "exceptions", "0x08 0x00"),
        code("a garbage-collected object", "garbage", "0xfb 0x00 0x00"),
        code("a bulk instruction that does not exist", "0xfc", "0xfc 0x7f"),
        code("a branch to a label that does not exist", "label", "br 9"),
        code("a call of a function that does not exist", "function 99", "call 99"),
        code("a local that does not exist", "local", "local.get 99 drop"),
        code("a global that does not exist", "global", "global.get 99 drop"),
        code("a table that does not exist", "table", "i32.const 0 table.get 5 drop"),
        code("a data segment that does not exist", "", "data.drop 5"),
        code("a type that does not exist", "type", "i32.const 0 call_indirect 99"),
        code("an operand that is not there", "", "drop"),
        code("an operand of another type", "", "i64.const 1 i32.eqz drop"),
        code("an operand too many", "", "i32.const 1"),
        code("an else without an if", "else", "else"),
        code("a number of 33 bits", "", "0x41 0xff 0xff 0xff 0xff 0x4f drop"),
        code("an alignment of 2 to the 40th", "", "i32.const 0 0x28 0x28 0x00 drop"),
        code("an unaligned alignment", "", "i32.const 0 0x28 0x03 0x00 drop"),
        code("a second memory", "", "0x3f 0x01 drop"),
        rejected("a body without an end", "ends early", () -> body(0, 0x01)),
        rejected("a body behind its end", "behind", () -> body(0, 0x0b, 0x01)),
        rejected("a body of no bytes", "ends early", () -> body()),
        rejected("a name that is not UTF-8", "UTF-8", HostileBytes::brokenName),
        rejected("shared memory", "shared", () -> section(5, 1, 3, 1, 2)),
        rejected("two memories", "memories", () -> section(5, 2, 0, 1, 0, 1)),
        rejected("a memory of 64 bits", "", () -> section(5, 1, 4, 1)),
        rejected("a memory whose minimum exceeds its maximum", "", () -> minimumAboveMaximum()),
        rejected(
            "a global that begins with a global", "", () -> section(6, 1, 0x7f, 0, 0x23, 0, 0x0b)),
        rejected(
            "a global that begins with a sum",
            "",
            () -> section(6, 1, 0x7f, 0, 0x41, 1, 0x41, 1, 0x6a, 0x0b)),
        rejected("a start function with params", "", () -> reactor(NOTHING).start(1).bytes()),
        rejected(
            "a start function that does not exist", "", () -> reactor(NOTHING).start(77).bytes()),
        rejected(
            "an element that names no function",
            "",
            () -> reactor(NOTHING).table(1, 1, 77).bytes()),
        rejected("data without a memory", "", () -> section(11, 1, 0, 0x41, 0, 0x0b, 1, 'x')),
        rejected("data longer than the module", "", () -> section(11, 1, 1, -1, -1, -1, -1, 15)),
        rejected("a data count that lies", "", HostileBytes::wrongDataCount));
  }

  private static byte[] brokenName() {
    return new TestingModule()
        .withoutMemoryExport()
        .rawSection(1, new byte[] {1, 0x60, 0, 0})
        .rawSection(3, new byte[] {1, 0})
        .rawSection(7, new byte[] {1, 2, (byte) 0xc3, 0x28, 0, 0})
        .rawSection(10, new byte[] {1, 2, 0, 0x0b})
        .bytes();
  }

  private static byte[] minimumAboveMaximum() {
    return new TestingModule().memory(9, 3).alloc().function("execute", CALL, "", NOTHING).bytes();
  }
}
