package io.banyan.compute;

import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one pass over a module's bytes before the engine sees them: here bytes become the engine's
 * module, and here a later profile will meter, bound and canonicalise them. It refuses what breaks
 * a rule of the guest interface or could hang the compiler, and leaves custom sections out.
 * Confined to one thread; one inspector reads one module.
 */
final class ModuleInspector {
  /*
   * It reads all sections, because their sizes need limits as well (an element costs the engine 200
   * bytes of heap, a type a comparison with each function). That is why the file is longer than most.
   * Whether types agree inside function bodies is left to the engine's validator.
   */

  private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private static final int CUSTOM = 0;
  private static final int CODE = 10;
  private static final int TAG = 13;

  /** The order in which sections stand; the data count comes before the code. */
  private static final List<Integer> ORDER = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 12, CODE, 11);

  private static final int PAGES_MAX = 1 << 16; // 4 GiB, what 32 bits can address

  private final List<Signature> types = new ArrayList<>();
  private final List<Integer> functionTypes = new ArrayList<>();
  private final List<HostImport> hostImports = new ArrayList<>();
  private final List<String> imports = new ArrayList<>();
  private final Map<String, Export> exports = new LinkedHashMap<>();
  private final List<Inspection.Segment> segments = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int memoryCount;
  private int memoryPagesMin;
  private int memoryPagesMax = PAGES_MAX;
  private int tableCount;
  private int globalCount;
  private int elementCount;
  private int bodyCount;

  private record Export(int kind, long index) {}

  private ModuleInspector() {}

  static Inspection inspect(byte[] wasm) throws RefusedException {
    return new ModuleInspector().read(wasm);
  }

  private Inspection read(byte[] wasm) throws RefusedException {
    if (wasm.length > Limits.MODULE_BYTES_MAX) {
      throw new RefusedException(
          "module of " + wasm.length + " bytes exceeds " + Limits.MODULE_BYTES_MAX);
    }
    if (wasm.length < HEADER.length
        || !Arrays.equals(wasm, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new RefusedException(
          "not a WebAssembly module: it does not begin with 00 61 73 6d 01 00 00 00");
    }
    ByteArrayOutputStream stripped = new ByteArrayOutputStream(wasm.length);
    ByteArrayOutputStream skeleton = new ByteArrayOutputStream();
    stripped.write(wasm, 0, HEADER.length);
    skeleton.write(wasm, 0, HEADER.length);
    WasmReader module = new WasmReader(wasm, HEADER.length, wasm.length);
    int rank = -1;
    while (!module.atEnd()) {
      int start = module.position();
      int id = module.u8();
      WasmReader section = module.part(module.u32());
      if (id == CUSTOM) {
        continue;
      }
      rank = rankAfter(rank, id, section);
      readSection(id, section);
      if (!section.atEnd()) {
        throw section.malformed("section " + id + " has bytes behind its end");
      }
      int length = module.position() - start;
      stripped.write(wasm, start, length);
      if (id == CODE) {
        writeEmptyBodies(skeleton);
      } else {
        skeleton.write(wasm, start, length);
      }
    }
    if (bodyCount != functionTypes.size() - hostImports.size()) {
      throw module.malformed("functions and bodies differ in number");
    }
    return finish(stripped.toByteArray(), skeleton.toByteArray());
  }

  private static int rankAfter(int rank, int id, WasmReader section) throws RefusedException {
    if (id == TAG) {
      throw new RefusedException("section 13 (exceptions) is not offered");
    }
    int next = ORDER.indexOf(id);
    if (next < 0) {
      throw section.malformed("section " + id + " is unknown");
    }
    if (next <= rank) {
      throw section.malformed("section " + id + " is out of order");
    }
    return next;
  }

  private void readSection(int id, WasmReader section) throws RefusedException {
    switch (id) {
      case 1 -> readTypes(section);
      case 2 -> readImports(section);
      case 3 -> readFunctions(section);
      case 4 -> readTables(section);
      case 5 -> readMemories(section);
      case 6 -> readGlobals(section);
      case 7 -> readExports(section);
      case 8 -> section.u32(); // the start function; the engine checks its type
      case 9 -> readElements(section);
      case CODE -> readCode(section);
      case 11 -> readData(section);
      case 12 -> section.u32();
      default -> throw new IllegalStateException("section " + id + " has a rank and no reader");
    }
  }

  private void readTypes(WasmReader section) throws RefusedException {
    int count = section.u32("number of types", ModuleLimits.TYPE_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      int form = section.u8();
      if (form != 0x60) {
        throw new RefusedException(
            "type form 0x%02x (garbage collection) is not offered".formatted(form));
      }
      List<ValueType> params =
          readValueTypes(section, "number of parameters", ModuleLimits.PARAM_COUNT_MAX);
      List<ValueType> results =
          readValueTypes(section, "number of results", ModuleLimits.RESULT_COUNT_MAX);
      types.add(new Signature(params, results));
    }
  }

  private static List<ValueType> readValueTypes(WasmReader section, String what, int max)
      throws RefusedException {
    int count = section.u32(what, max);
    List<ValueType> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(ValueType.of(section.u8()));
    }
    return list;
  }

  private void readImports(WasmReader section) throws RefusedException {
    int count = section.u32("number of imports", ModuleLimits.IMPORT_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      String module = section.name();
      String name = section.name();
      String full = module + "." + name;
      int kind = section.u8();
      if (kind != 0) {
        throw new RefusedException(
            "import '" + full + "' is a " + kindName(kind) + "; only functions are offered");
      }
      int typeIndex = typeIndex(section);
      Optional<HostImport> offered = HostImport.of(module, name);
      if (offered.isEmpty()) {
        throw new RefusedException("import '" + full + "' is not offered");
      }
      Signature signature = types.get(typeIndex);
      if (!signature.equals(offered.get().signature())) {
        throw new RefusedException(
            "import '" + full + "' is " + signature + ", not " + offered.get().signature());
      }
      hostImports.add(offered.get());
      functionTypes.add(typeIndex);
      imports.add(full + " " + signature);
    }
  }

  private int typeIndex(WasmReader section) throws RefusedException {
    long index = section.u32();
    if (index >= types.size()) {
      throw section.malformed("type " + index + ", which does not exist,");
    }
    return (int) index;
  }

  private void readFunctions(WasmReader section) throws RefusedException {
    int count = section.u32("number of functions", ModuleLimits.FUNCTION_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      functionTypes.add(typeIndex(section));
    }
  }

  private void readTables(WasmReader section) throws RefusedException {
    tableCount = section.u32("number of tables", ModuleLimits.TABLE_COUNT_MAX);
    for (int i = 0; i < tableCount; i++) {
      int type = section.u8();
      if (type == 0x40) {
        throw new RefusedException("a table with an initial value is not offered");
      }
      ValueType.of(type);
      int flags = section.u8();
      if (flags > 1) {
        throw new RefusedException("table flags 0x%02x are not offered".formatted(flags));
      }
      section.u32("minimum table size", ModuleLimits.TABLE_ENTRIES_MAX);
      if (flags == 1) {
        section.u32();
      }
    }
  }

  private void readMemories(WasmReader section) throws RefusedException {
    memoryCount = section.u32("number of memories", 1);
    for (int i = 0; i < memoryCount; i++) {
      int flags = section.u8();
      if (flags == 2 || flags == 3) {
        throw new RefusedException("shared memory is not offered");
      }
      if (flags > 3) {
        throw new RefusedException("memory flags 0x%02x are not offered".formatted(flags));
      }
      memoryPagesMin = section.u32("minimum memory pages", PAGES_MAX);
      if (flags == 1) {
        memoryPagesMax = section.u32("maximum memory pages", PAGES_MAX);
      }
    }
  }

  private void readGlobals(WasmReader section) throws RefusedException {
    globalCount = section.u32("number of globals", ModuleLimits.GLOBAL_COUNT_MAX);
    for (int i = 0; i < globalCount; i++) {
      ValueType.of(section.u8());
      section.u8();
      readConstant(section);
    }
  }

  /** A constant expression of one instruction; returns its value if it is an i32. */
  private static Optional<Integer> readConstant(WasmReader section) throws RefusedException {
    int opcode = section.u8();
    Optional<Integer> value = Optional.empty();
    switch (opcode) {
      case 0x41 -> value = Optional.of((int) section.signed(32));
      case 0x42 -> section.signed(64);
      case 0x43 -> section.skip(Float.BYTES);
      case 0x44 -> section.skip(Double.BYTES);
      case 0xd0 -> ValueType.of(section.u8());
      case 0xd2 -> section.u32();
      default ->
          throw new RefusedException(
              "instruction 0x%02x in a constant expression is not offered".formatted(opcode));
    }
    if (section.u8() != 0x0b) {
      throw new RefusedException("a constant expression of several instructions is not offered");
    }
    return value;
  }

  private void readExports(WasmReader section) throws RefusedException {
    int count = section.u32("number of exports", ModuleLimits.EXPORT_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      String name = section.name();
      Export export = new Export(section.u8(), section.u32());
      if (export.index() >= countOf(export.kind())) {
        throw section.malformed(
            "%s %d, which does not exist,".formatted(kindName(export.kind()), export.index()));
      }
      if (exports.put(name, export) != null) {
        throw section.malformed("export '" + name + "' appears twice");
      }
    }
  }

  /** How many there are that an export could name. */
  private int countOf(int kind) {
    return switch (kind) {
      case 0 -> functionTypes.size();
      case 1 -> tableCount;
      case 2 -> memoryCount;
      case 3 -> globalCount;
      default -> 0;
    };
  }

  private void readElements(WasmReader section) throws RefusedException {
    int count = section.u32("number of element segments", ModuleLimits.SEGMENT_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      int flags = section.u32("element segment flags", 7);
      boolean passive = (flags & 1) != 0;
      boolean explicit = (flags & 2) != 0;
      boolean expressions = (flags & 4) != 0;
      if (!passive) {
        long table = explicit ? section.u32() : 0;
        if (table >= tableCount) {
          throw section.malformed("table " + table + ", which does not exist,");
        }
        readConstant(section);
      }
      if (passive || explicit) {
        section.u8();
      }
      long length = section.u32();
      if (elementCount + length > ModuleLimits.ELEMENT_COUNT_MAX) {
        throw new RefusedException("elements exceed " + ModuleLimits.ELEMENT_COUNT_MAX + " in all");
      }
      elementCount += (int) length;
      for (long k = 0; k < length; k++) {
        if (expressions) {
          readConstant(section);
        } else {
          section.u32();
        }
      }
    }
  }

  private void readCode(WasmReader section) throws RefusedException {
    int[] typeOf = functionTypes.stream().mapToInt(Integer::intValue).toArray();
    BodyInspector bodies = new BodyInspector(types, typeOf);
    long count = section.u32();
    if (count != typeOf.length - hostImports.size()) {
      throw section.malformed("functions and bodies differ in number");
    }
    for (int i = 0; i < count; i++) {
      int function = hostImports.size() + i;
      long length = section.u32();
      if (length > ModuleLimits.BODY_BYTES_MAX) {
        throw new RefusedException(
            "body of function "
                + function
                + " has "
                + length
                + " bytes, limit "
                + ModuleLimits.BODY_BYTES_MAX);
      }
      int instructions = bodies.inspect(section.part(length), types.get(typeOf[function]));
      if (instructions > ModuleLimits.FUNCTION_INSTRUCTIONS_FAST) {
        warnings.add(
            "function "
                + function
                + " has "
                + instructions
                + " instructions; above "
                + ModuleLimits.FUNCTION_INSTRUCTIONS_FAST
                + " the JVM may not compile it, and it may run ten times slower");
      }
    }
    bodyCount = (int) count;
  }

  private void readData(WasmReader section) throws RefusedException {
    int count = section.u32("number of data segments", ModuleLimits.SEGMENT_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      int flags = section.u32("data segment flags", 2);
      if (flags == 2 && section.u32() != 0) {
        throw new RefusedException("a data segment names a second memory, limit 1");
      }
      Optional<Integer> address = Optional.empty();
      if (flags != 1) {
        if (memoryCount == 0) {
          throw section.malformed("a data segment without a memory");
        }
        address = readConstant(section);
        if (address.isEmpty()) {
          throw section.malformed("a data segment's address that is no i32.const");
        }
      }
      segments.add(new Inspection.Segment(address, section.bytes(section.u32())));
    }
  }

  private void writeEmptyBodies(ByteArrayOutputStream out) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    writeU32(content, bodyCount);
    for (int i = 0; i < bodyCount; i++) {
      content.writeBytes(new byte[] {3, 0, 0, 0x0b}); // no locals, unreachable, end
    }
    out.write(CODE);
    writeU32(out, content.size());
    out.writeBytes(content.toByteArray());
  }

  private static void writeU32(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.write(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  private Inspection finish(byte[] stripped, byte[] skeleton) throws RefusedException {
    Export memory = exports.get("memory");
    if (memory == null || memory.kind() != 2) {
      throw new RefusedException("module exports no memory named 'memory'");
    }
    boolean executes = exportsFunction("execute", GuestInterface.CALL);
    if (!executes && !exportsFunction("_start", GuestInterface.VOID)) {
      throw new RefusedException("module exports no 'execute' and no '_start'");
    }
    Set<GuestFunction> functions = EnumSet.noneOf(GuestFunction.class);
    if (executes) {
      if (!exportsFunction("alloc", GuestInterface.ALLOC)) {
        throw new RefusedException("module exports 'execute' but no 'alloc'");
      }
      for (GuestFunction function : GuestFunction.values()) {
        if (exportsFunction(function.exportName(), GuestInterface.CALL)) {
          functions.add(function);
        }
      }
    }
    return new Inspection(
        stripped,
        skeleton,
        executes ? ModuleKind.REACTOR : ModuleKind.COMMAND,
        functions,
        executes && exportsFunction("configure", GuestInterface.CONFIGURE),
        exportsFunction("_initialize", GuestInterface.VOID),
        memoryPagesMin,
        memoryPagesMax,
        segments,
        hostImports,
        exportWords(),
        imports,
        warnings);
  }

  private boolean exportsFunction(String name, Signature expected) throws RefusedException {
    Export export = exports.get(name);
    if (export == null || export.kind() != 0) {
      return false;
    }
    Signature signature = signatureOf(export);
    if (!signature.equals(expected)) {
      throw new RefusedException("export '" + name + "' is " + signature + ", not " + expected);
    }
    return true;
  }

  private Signature signatureOf(Export export) {
    return types.get(functionTypes.get((int) export.index()));
  }

  private List<String> exportWords() {
    List<String> words = new ArrayList<>();
    for (Map.Entry<String, Export> entry : exports.entrySet()) {
      Export export = entry.getValue();
      words.add(
          entry.getKey()
              + " "
              + (export.kind() == 0 ? signatureOf(export) : kindName(export.kind())));
    }
    return words;
  }

  private static String kindName(int kind) {
    return switch (kind) {
      case 0 -> "function";
      case 1 -> "table";
      case 2 -> "memory";
      case 3 -> "global";
      default -> "thing of unknown kind " + kind;
    };
  }
}
