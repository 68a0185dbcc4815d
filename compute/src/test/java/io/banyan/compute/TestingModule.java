package io.banyan.compute;

import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small assembler of modules, so that tests need no toolchain. Code is written as in the text
 * format without folding, indices as numbers: {@code "local.get 0 i32.const 1 i32.add"}. The
 * imported functions come first, then {@code alloc} in {@link #reactor}, then the others in order.
 */
final class TestingModule {
  static final Signature VOID = new Signature(List.of(), List.of());
  static final Signature CALL = new Signature(List.of(I32, I32), List.of(I64));

  /** Returns the range that the function was given. */
  static final String ECHO =
      "local.get 0 i64.extend_i32_u i64.const 32 i64.shl local.get 1 i64.extend_i32_u i64.or";

  /** Returns no bytes. */
  static final String NOTHING = "i64.const 0";

  private final List<Signature> types = new ArrayList<>();
  private final Section imports = new Section();
  private final Section functions = new Section();
  private final Section tables = new Section();
  private final Section memories = new Section();
  private final Section globals = new Section();
  private final Section exports = new Section();
  private final Section elements = new Section();
  private final Section code = new Section();
  private final Section data = new Section();
  private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
  private int start = -1;
  private boolean exportsMemory = true;

  /** The items of a section. */
  private static final class Section {
    private final Bytes items = new Bytes();
    private int count;

    Bytes item() {
      count++;
      return items;
    }
  }

  /** Bytes with the format's numbers. */
  static final class Bytes extends ByteArrayOutputStream {
    Bytes u8(int... values) {
      for (int value : values) {
        write(value);
      }
      return this;
    }

    Bytes u32(long value) {
      long rest = value;
      while (rest >= 0x80) {
        write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      return u8((int) rest);
    }

    Bytes signed(long value) {
      long rest = value;
      while (rest < -64 || rest > 63) {
        write((int) (rest & 0x7f | 0x80));
        rest >>= 7;
      }
      return u8((int) (rest & 0x7f));
    }

    Bytes name(String name) {
      return sized(name.getBytes(StandardCharsets.UTF_8));
    }

    Bytes sized(byte[] content) {
      u32(content.length);
      writeBytes(content);
      return this;
    }
  }

  /** One page of memory, an {@code alloc} that goes up from 1024, and this {@code execute}. */
  static TestingModule reactor(String execute) {
    return new TestingModule().memory(1).alloc().function("execute", CALL, "i32 i32 i64", execute);
  }

  /** One page of memory and this {@code _start}. */
  static TestingModule command(String start) {
    return new TestingModule().memory(1).function("_start", VOID, "i32 i64", start);
  }

  /** Global 0 is where the next allocation goes. */
  TestingModule alloc() {
    return global("i32", true, "i32.const 1024")
        .function(
            "alloc",
            new Signature(List.of(I32), List.of(I32)),
            "",
            "global.get 0 global.get 0 local.get 0 i32.add global.set 0");
  }

  TestingModule memory(int pagesMin) {
    memories.item().u8(0).u32(pagesMin);
    return this;
  }

  TestingModule memory(int pagesMin, int pagesMax) {
    memories.item().u8(1).u32(pagesMin).u32(pagesMax);
    return this;
  }

  TestingModule withoutMemoryExport() {
    exportsMemory = false;
    return this;
  }

  TestingModule imports(HostImport function) {
    return imports(function.module(), function.function(), function.signature());
  }

  TestingModule imports(String module, String name, Signature signature) {
    imports.item().name(module).name(name).u8(0).u32(type(signature));
    return this;
  }

  TestingModule function(String export, Signature signature, String locals, String text) {
    Bytes body = new Bytes();
    String[] types = locals.isEmpty() ? new String[0] : locals.split(" ");
    body.u32(types.length);
    for (String type : types) {
      body.u32(1).u8(typeCode(type));
    }
    body.writeBytes(TestingCode.assemble(text));
    return rawFunction(export, signature, body.u8(0x0b).toByteArray());
  }

  TestingModule rawFunction(String export, Signature signature, byte[] body) {
    int index = imports.count + functions.count;
    functions.item().u32(type(signature));
    code.item().sized(body);
    if (!export.isEmpty()) {
      exports.item().name(export).u8(0).u32(index);
    }
    return this;
  }

  /** Exports a function once more, or one that is imported. */
  TestingModule exportFunction(String name, int index) {
    exports.item().name(name).u8(0).u32(index);
    return this;
  }

  TestingModule table(int min, int max, int... functionIndices) {
    tables.item().u8(0x70, 1).u32(min).u32(max);
    if (functionIndices.length > 0) {
      Bytes segment = elements.item().u8(0, 0x41, 0, 0x0b).u32(functionIndices.length);
      for (int index : functionIndices) {
        segment.u32(index);
      }
    }
    return this;
  }

  TestingModule element(int offset, int functionIndex) {
    elements.item().u8(0, 0x41).signed(offset).u8(0x0b).u32(1).u32(functionIndex);
    return this;
  }

  TestingModule global(String type, boolean mutable, String initial) {
    Bytes global = globals.item().u8(typeCode(type), mutable ? 1 : 0);
    global.writeBytes(TestingCode.assemble(initial));
    global.u8(0x0b);
    return this;
  }

  TestingModule data(int address, String text) {
    data.item().u8(0, 0x41).signed(address).u8(0x0b).sized(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  TestingModule passiveData(String text) {
    data.item().u8(1).sized(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  TestingModule start(int functionIndex) {
    start = functionIndex;
    return this;
  }

  /** A section as it stands, after all others. */
  TestingModule rawSection(int id, byte[] content) {
    Bytes section = new Bytes();
    section.u8(id).sized(content);
    tail.writeBytes(section.toByteArray());
    return this;
  }

  int type(Signature signature) {
    int known = types.indexOf(signature);
    if (known >= 0) {
      return known;
    }
    types.add(signature);
    return types.size() - 1;
  }

  byte[] bytes() {
    if (exportsMemory) {
      exports.item().name("memory").u8(2, 0);
      exportsMemory = false;
    }
    Section typeSection = new Section();
    for (Signature signature : types) {
      Bytes type = typeSection.item().u8(0x60);
      typeList(type, signature.params());
      typeList(type, signature.results());
    }
    Bytes module = new Bytes();
    module.u8(0, 'a', 's', 'm', 1, 0, 0, 0);
    section(module, 1, typeSection);
    section(module, 2, imports);
    section(module, 3, functions);
    section(module, 4, tables);
    section(module, 5, memories);
    section(module, 6, globals);
    section(module, 7, exports);
    if (start >= 0) {
      module.u8(8).sized(new Bytes().u32(start).toByteArray());
    }
    section(module, 9, elements);
    if (data.count > 0) {
      module.u8(12).sized(new Bytes().u32(data.count).toByteArray());
    }
    section(module, 10, code);
    section(module, 11, data);
    module.writeBytes(tail.toByteArray());
    return module.toByteArray();
  }

  private static void section(Bytes module, int id, Section section) {
    if (section.count > 0) {
      Bytes content = new Bytes();
      content.u32(section.count).writeBytes(section.items.toByteArray());
      module.u8(id).sized(content.toByteArray());
    }
  }

  private static void typeList(Bytes out, List<ValueType> types) {
    out.u32(types.size());
    for (ValueType type : types) {
      out.u8(TYPE_CODES.get(type.name()));
    }
  }

  private static int typeCode(String name) {
    return TYPE_CODES.get(name.toUpperCase(Locale.ROOT));
  }

  private static final Map<String, Integer> TYPE_CODES =
      new TreeMap<>(
          Map.of(
              "I32",
              0x7f,
              "I64",
              0x7e,
              "F32",
              0x7d,
              "F64",
              0x7c,
              "FUNCREF",
              0x70,
              "EXTERNREF",
              0x6f));
}
