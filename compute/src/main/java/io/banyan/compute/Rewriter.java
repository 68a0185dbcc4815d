package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The one pass over a module's bytes before the engine sees them. It refuses what is not valid,
 * what the profile does not offer, and what could hang the compiler; it leaves custom sections out,
 * and has the guest count its fuel and its depth and make its NaNs canonical. Confined to one
 * thread; one rewriter rewrites one module.
 */
final class Rewriter {
  /*
   * It reads all sections in one file, because each is a few lines, and what they say of each
   * other is what has to be checked. Functions bodies are BodyReader's and BodyWriter's.
   *
   * The meter becomes function 0, so every function index of the module grows by one: in bodies,
   * elements, exports, and of the start function. The counters are globals behind the module's own.
   */

  private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private static final Signature METER = new Signature(List.of(ValueType.I64), List.of());

  private static final int CUSTOM = 0;
  private static final int TYPE = 1;
  private static final int IMPORT = 2;
  private static final int FUNCTION = 3;
  private static final int TABLE = 4;
  private static final int MEMORY = 5;
  private static final int GLOBAL = 6;
  private static final int EXPORT = 7;
  private static final int START = 8;
  private static final int ELEMENT = 9;
  private static final int CODE = 10;
  private static final int DATA = 11;
  private static final int DATA_COUNT = 12;
  private static final int TAG = 13;

  /** The order in which sections stand; the data count comes before the code. */
  private static final List<Integer> ORDER =
      List.of(
          TYPE,
          IMPORT,
          FUNCTION,
          TABLE,
          MEMORY,
          GLOBAL,
          EXPORT,
          START,
          ELEMENT,
          DATA_COUNT,
          CODE,
          DATA);

  private static final int DECLARATIVE = 3; // flags of an element segment
  private static final int PAGES_MAX = 1 << 16; // 4 GiB, what 32 bits can address

  private static final int GUEST_PAGES_MAX =
      (int) (CallLimits.MEMORY_BYTES_MAX / CallLimits.PAGE_BYTES);

  private final byte[] wasm;
  private final ModuleScope scope = new ModuleScope();
  private final BodyReader bodies = new BodyReader(scope);
  private final List<Integer> functionTypes = new ArrayList<>(); // of the module's own functions
  private final List<HostImport> hostImports = new ArrayList<>();
  private final List<String> imports = new ArrayList<>();
  private final Map<String, Export> exports = new LinkedHashMap<>();
  private final List<Rewritten.Segment> segments = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Measures measures = new Measures();
  private final Map<Signature, Integer> typeIndices = new HashMap<>();
  private final List<Signature> addedTypes = new ArrayList<>();

  /** What is written of each section, by its id; a section that stays as it is, is copied. */
  private final Map<Integer, WasmWriter> sections = new TreeMap<>();

  private final WasmWriter elementSegments = new WasmWriter(16);
  private int memoryPagesMin;
  private int memoryPagesMax = PAGES_MAX;
  private int memoryCount;
  private int tableEntriesMin;
  private int elementCount;
  private int bodyCount;

  private record Export(int kind, int index) {}

  private Rewriter(byte[] wasm) {
    this.wasm = wasm;
  }

  /**
   * Rewrites a module.
   *
   * @param wasm is not changed
   * @throws RefusedException naming rule and offset, if it breaks one
   */
  static Rewritten rewrite(byte[] wasm) throws RefusedException {
    return new Rewriter(wasm).run();
  }

  private Rewritten run() throws RefusedException {
    if (wasm.length > Limits.MODULE_BYTES_MAX) {
      throw new RefusedException(
          Rule.MODULE_BYTES,
          "module of " + wasm.length + " bytes exceeds " + Limits.MODULE_BYTES_MAX);
    }
    if (wasm.length < HEADER.length
        || !Arrays.equals(wasm, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new RefusedException(
          Rule.FORMAT,
          0,
          "not a WebAssembly module: it does not begin with 00 61 73 6d 01 00 00 00");
    }
    WasmReader module = new WasmReader(wasm, HEADER.length, wasm.length);
    int rank = -1;
    while (!module.atEnd()) {
      int id = module.u8();
      WasmReader section = module.part(module.u32());
      if (id == CUSTOM) {
        section.name();
        continue;
      }
      rank = rankAfter(rank, id, section);
      readSection(id, section);
      if (!section.atEnd()) {
        throw section.malformed("section " + id + " has bytes behind its end");
      }
    }
    if (bodyCount != functionTypes.size()) {
      throw module.malformed("functions and bodies differ in number");
    }
    if (scope.dataCount.isPresent() && scope.dataCount.getAsInt() != segments.size()) {
      throw module.malformed("data segments and their announced number differ");
    }
    return finish();
  }

  private static int rankAfter(int rank, int id, WasmReader section) throws RefusedException {
    if (id == TAG) {
      throw section.refused(Rule.FEATURES, "section 13 (exceptions) is not offered");
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
    int start = section.position();
    switch (id) {
      case TYPE -> readTypes(section);
      case IMPORT -> readImports(section);
      case FUNCTION -> readFunctions(section);
      case TABLE -> readTables(section);
      case MEMORY -> readMemories(section);
      case GLOBAL -> readGlobals(section);
      case EXPORT -> readExports(section);
      case START -> readStart(section);
      case ELEMENT -> readElements(section);
      case CODE -> readCode(section);
      case DATA -> readData(section);
      case DATA_COUNT ->
          scope.dataCount =
              OptionalInt.of(
                  section.u32(
                      Rule.SEGMENT_COUNT,
                      "number of data segments",
                      ModuleLimits.SEGMENT_COUNT_MAX));
      default -> throw new IllegalStateException("section " + id + " has a rank and no reader");
    }
    sections.computeIfAbsent(
        id, _ -> new WasmWriter(section.position() - start).bytes(wasm, start, section.position()));
  }

  private void readTypes(WasmReader section) throws RefusedException {
    int count = section.u32(Rule.TYPE_COUNT, "number of types", ModuleLimits.TYPE_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      int form = section.u8();
      if (form != 0x60) {
        throw section.refused(
            Rule.FEATURES, "type form 0x%02x (garbage collection) is not offered".formatted(form));
      }
      List<ValueType> params =
          readValueTypes(
              section, Rule.PARAM_COUNT, "number of parameters", ModuleLimits.PARAM_COUNT_MAX);
      List<ValueType> results =
          readValueTypes(
              section, Rule.RESULT_COUNT, "number of results", ModuleLimits.RESULT_COUNT_MAX);
      Signature type = new Signature(params, results);
      scope.types.add(type);
      typeIndices.putIfAbsent(type, i);
    }
  }

  private static List<ValueType> readValueTypes(WasmReader section, Rule rule, String what, int max)
      throws RefusedException {
    int count = section.u32(rule, what, max);
    List<ValueType> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(ValueType.read(section));
    }
    return list;
  }

  private void readImports(WasmReader section) throws RefusedException {
    int count = section.u32(Rule.IMPORT_COUNT, "number of imports", ModuleLimits.IMPORT_COUNT_MAX);
    int start = section.position();
    for (int i = 0; i < count; i++) {
      String module = section.name();
      String name = section.name();
      String full = module + "." + name;
      int kind = section.u8();
      if (kind != 0) {
        throw section.refused(
            Rule.IMPORTS,
            "import '" + full + "' is a " + kindName(kind) + "; only functions are offered");
      }
      Signature signature = scope.type(section, section.u32());
      Optional<HostImport> offered = HostImport.of(module, name);
      if (offered.isEmpty()) {
        throw section.refused(Rule.IMPORTS, "import '" + full + "' is not offered");
      }
      if (!signature.equals(offered.get().signature())) {
        throw section.refused(
            Rule.IMPORTS,
            "import '" + full + "' is " + signature + ", not " + offered.get().signature());
      }
      hostImports.add(offered.get());
      scope.functions.add(signature);
      imports.add(full + " " + signature);
    }
    writeImports(count, start, section.position());
  }

  private void writeImports(int count, int start, int end) {
    sections.put(
        IMPORT,
        new WasmWriter(end - start + 32)
            .u32(count + 1)
            .name(Rewritten.METER_MODULE)
            .name(Rewritten.METER_NAME)
            .u8(0)
            .u32(typeIndex(METER))
            .bytes(wasm, start, end));
  }

  private void readFunctions(WasmReader section) throws RefusedException {
    int count =
        section.u32(Rule.FUNCTION_COUNT, "number of functions", ModuleLimits.FUNCTION_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      long type = section.u32();
      scope.functions.add(scope.type(section, type));
      functionTypes.add((int) type);
    }
  }

  private void readTables(WasmReader section) throws RefusedException {
    int count = section.u32(Rule.TABLE_COUNT, "number of tables", ModuleLimits.TABLE_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      int offset = section.position();
      int type = section.u8();
      if (type == 0x40) {
        throw section.refused(Rule.FEATURES, "a table with an initial value is not offered");
      }
      ValueType entries = ValueType.of(type, offset);
      if (!entries.isReference()) {
        throw section.malformed("a table of numbers");
      }
      if (entries == ValueType.EXTERNREF) {
        // Endive 1.0.0 computes their bounds with 32 bits, where nobody can reach.
        throw section.refused(Rule.FEATURES, "a table of externref is not offered");
      }
      scope.tables.add(entries);
      int flags = section.u8();
      if (flags > 1) {
        throw section.refused(Rule.FEATURES, "table flags 0x%02x are not offered".formatted(flags));
      }
      int min =
          section.u32(Rule.TABLE_ENTRIES, "minimum table size", ModuleLimits.TABLE_ENTRIES_MAX);
      tableEntriesMin += min;
      if (flags == 1 && section.u32() < min) {
        throw section.invalid("a table's maximum is below its minimum");
      }
    }
  }

  private void readMemories(WasmReader section) throws RefusedException {
    memoryCount = section.u32(Rule.MEMORY_COUNT, "number of memories", 1);
    scope.hasMemory = memoryCount > 0;
    for (int i = 0; i < memoryCount; i++) {
      int flags = section.u8();
      if (flags == 2 || flags == 3) {
        throw section.refused(Rule.FEATURES, "shared memory is not offered");
      }
      if (flags > 3) {
        throw section.refused(
            Rule.FEATURES, "memory flags 0x%02x are not offered".formatted(flags));
      }
      memoryPagesMin = section.u32(Rule.MEMORY_PAGES, "minimum memory pages", GUEST_PAGES_MAX);
      if (flags == 1) {
        memoryPagesMax = section.u32(Rule.MEMORY_PAGES, "maximum memory pages", PAGES_MAX);
        if (memoryPagesMax < memoryPagesMin) {
          throw section.invalid("the memory's maximum is below its minimum");
        }
      }
    }
  }

  private void readGlobals(WasmReader section) throws RefusedException {
    int count = section.u32(Rule.GLOBAL_COUNT, "number of globals", ModuleLimits.GLOBAL_COUNT_MAX);
    WasmWriter out = new WasmWriter(section.remaining() + 32).u32(count + 2);
    for (int i = 0; i < count; i++) {
      ValueType type = ValueType.read(section);
      int mutable = section.u8();
      if (mutable > 1) {
        throw section.malformed("mutability " + mutable);
      }
      out.u8(type.code()).u8(mutable);
      readConstant(section, type, out);
      scope.globals.add(new ModuleScope.Global(type, mutable == 1));
    }
    writeCounters(out);
  }

  private void writeCounters(WasmWriter out) {
    out.u8(ValueType.I64.code()).u8(1).u8(Opcodes.I64_CONST).signed(0).u8(Opcodes.END);
    out.u8(ValueType.I32.code()).u8(1).u8(Opcodes.I32_CONST).signed(0).u8(Opcodes.END);
    sections.put(GLOBAL, out);
  }

  /** A constant expression of one instruction; returns its value if it is an i32. */
  private Optional<Integer> readConstant(WasmReader section, ValueType expected, WasmWriter out)
      throws RefusedException {
    int start = section.position();
    int opcode = section.u8();
    Optional<Integer> value = Optional.empty();
    ValueType type =
        switch (opcode) {
          case Opcodes.I32_CONST -> {
            value = Optional.of((int) section.signed(32));
            yield ValueType.I32;
          }
          case Opcodes.I64_CONST -> {
            section.signed(64);
            yield ValueType.I64;
          }
          case Opcodes.F32_CONST -> {
            section.skip(Float.BYTES);
            yield ValueType.F32;
          }
          case Opcodes.F64_CONST -> {
            section.skip(Double.BYTES);
            yield ValueType.F64;
          }
          case Opcodes.REF_NULL -> ValueType.readReference(section);
          case Opcodes.REF_FUNC -> {
            out.u8(opcode).u32(readFunctionIndex(section) + 1);
            start = section.position();
            yield ValueType.FUNCREF;
          }
          default ->
              throw section.refused(
                  Rule.FEATURES,
                  "instruction 0x%02x in a constant expression is not offered".formatted(opcode));
        };
    if (type != expected) {
      throw section.invalid("a constant expression has another type than is expected");
    }
    if (section.u8() != Opcodes.END) {
      throw section.refused(
          Rule.FEATURES, "a constant expression of several instructions is not offered");
    }
    out.bytes(wasm, start, section.position());
    return value;
  }

  /** A function that is named outside of bodies, and that {@code ref.func} may name. */
  private int readFunctionIndex(WasmReader section) throws RefusedException {
    long index = section.u32();
    scope.function(section, index);
    scope.declared.set((int) index);
    return (int) index;
  }

  private void readExports(WasmReader section) throws RefusedException {
    int count = section.u32(Rule.EXPORT_COUNT, "number of exports", ModuleLimits.EXPORT_COUNT_MAX);
    WasmWriter out = new WasmWriter(section.remaining() + 16).u32(count);
    for (int i = 0; i < count; i++) {
      int start = section.position();
      String name = section.name();
      out.bytes(wasm, start, section.position());
      int kind = section.u8();
      if (kind > 3) {
        throw section.malformed(kindName(kind) + " is exported");
      }
      int index = kind == 0 ? readFunctionIndex(section) : readExportIndex(section, kind);
      out.u8(kind).u32(kind == 0 ? index + 1 : index);
      if (exports.put(name, new Export(kind, index)) != null) {
        throw section.invalid("export '" + name + "' appears twice");
      }
    }
    sections.put(EXPORT, out);
  }

  private int readExportIndex(WasmReader section, int kind) throws RefusedException {
    long index = section.u32();
    int count =
        switch (kind) {
          case 1 -> scope.tables.size();
          case 2 -> memoryCount;
          case 3 -> scope.globals.size();
          default -> 0;
        };
    if (index >= count) {
      throw section.invalid("%s %d does not exist".formatted(kindName(kind), index));
    }
    return (int) index;
  }

  private void readStart(WasmReader section) throws RefusedException {
    long index = section.u32();
    if (!scope.function(section, index).equals(GuestInterface.VOID)) {
      throw section.invalid("the start function takes or leaves something");
    }
    sections.put(START, new WasmWriter(8).u32(index + 1));
  }

  private void readElements(WasmReader section) throws RefusedException {
    int count =
        section.u32(
            Rule.SEGMENT_COUNT, "number of element segments", ModuleLimits.SEGMENT_COUNT_MAX);
    for (int i = 0; i < count; i++) {
      readElementSegment(section, elementSegments);
    }
  }

  /**
   * The segments as they were, and one more that declares all functions a {@code ref.func} names:
   * Endive 1.0.0 knows those by segments only, where a function names itself.
   */
  private void writeElements() {
    BitSet referenced = scope.referenced;
    int count = scope.elements.size() + (referenced.isEmpty() ? 0 : 1);
    if (count == 0) {
      return;
    }
    WasmWriter out = new WasmWriter(elementSegments.length() + 16).u32(count);
    out.append(elementSegments);
    if (!referenced.isEmpty()) {
      out.u32(DECLARATIVE).u8(0).u32(referenced.cardinality());
      referenced.stream().forEach(function -> out.u32(function + 1));
    }
    sections.put(ELEMENT, out);
  }

  private void readElementSegment(WasmReader section, WasmWriter out) throws RefusedException {
    int flags = (int) section.u32();
    if (flags < 0 || flags > 7) {
      throw section.malformed("element segment flags " + flags);
    }
    out.u32(flags);
    boolean passive = (flags & 1) != 0;
    boolean explicit = (flags & 2) != 0;
    boolean expressions = (flags & 4) != 0;
    long table = 0;
    if (!passive) {
      if (explicit) {
        table = section.u32();
        out.u32(table);
      }
      scope.table(section, table);
      readConstant(section, ValueType.I32, out);
    }
    ValueType type = ValueType.FUNCREF;
    if (passive || explicit) {
      if (expressions) {
        type = ValueType.readReference(section);
        out.u8(type.code());
      } else if (section.u8() == 0) {
        out.u8(0);
      } else {
        throw section.malformed("a kind of elements that is not functions");
      }
    }
    if (!passive && scope.table(section, table) != type) {
      throw section.invalid("elements of one type go to a table of another");
    }
    long length = section.u32();
    if (elementCount + length > ModuleLimits.ELEMENT_COUNT_MAX) {
      throw section.refused(
          Rule.ELEMENT_COUNT, "elements exceed " + ModuleLimits.ELEMENT_COUNT_MAX + " in all");
    }
    elementCount += (int) length;
    out.u32(length);
    for (long k = 0; k < length; k++) {
      if (expressions) {
        readConstant(section, type, out);
      } else {
        out.u32(readFunctionIndex(section) + 1);
      }
    }
    scope.elements.add(type);
  }

  private void readCode(WasmReader section) throws RefusedException {
    long count = section.u32();
    if (count != functionTypes.size()) {
      throw section.malformed("functions and bodies differ in number");
    }
    BodyWriter writer = new BodyWriter(wasm, this::typeIndex, fuelGlobal(), fuelGlobal() + 1);
    WasmWriter out = new WasmWriter(2 * section.remaining()).u32(count);
    for (int i = 0; i < count; i++) {
      int function = hostImports.size() + i;
      long length = section.u32();
      if (length > ModuleLimits.BODY_BYTES_MAX) {
        throw section.refused(
            Rule.BODY_BYTES,
            "body of function "
                + function
                + " has "
                + length
                + " bytes, limit "
                + ModuleLimits.BODY_BYTES_MAX);
      }
      Body body = bodies.read(section.part(length), scope.functions.get(function));
      measures.body(length, body);
      if (body.instructionCount() > ModuleLimits.FUNCTION_INSTRUCTIONS_FAST) {
        warnings.add(
            "function "
                + function
                + " has "
                + body.instructionCount()
                + " instructions; above "
                + ModuleLimits.FUNCTION_INSTRUCTIONS_FAST
                + " the JVM may not compile it, and it may run ten times slower");
      }
      if (body.loopTakesOperands()) {
        warnings.add(
            "function "
                + function
                + " has a loop with parameters; the JVM may interpret it, a hundred times slower");
      }
      out.sized(writer.write(body));
      if (out.length() + (i + 1) * ModuleLimits.FUNCTION_BYTES > ModuleLimits.CODE_BYTES_MAX) {
        throw section.refused(
            Rule.CODE_BYTES,
            "the code, as it is written for the engine, exceeds "
                + ModuleLimits.CODE_BYTES_MAX
                + " bytes");
      }
    }
    measures.most(Rule.CODE_BYTES, out.length(), ModuleLimits.CODE_BYTES_MAX);
    bodyCount = (int) count;
    sections.put(CODE, out);
  }

  private int fuelGlobal() {
    return scope.globals.size();
  }

  private void readData(WasmReader section) throws RefusedException {
    int count =
        section.u32(Rule.SEGMENT_COUNT, "number of data segments", ModuleLimits.SEGMENT_COUNT_MAX);
    WasmWriter ignored = new WasmWriter(16);
    for (int i = 0; i < count; i++) {
      long flags = section.u32();
      if (flags > 2) {
        throw section.malformed("data segment flags " + flags);
      }
      if (flags == 2 && section.u32() != 0) {
        throw section.refused(Rule.MEMORY_COUNT, "a data segment names a second memory, limit 1");
      }
      Optional<Integer> address = Optional.empty();
      if (flags != 1) {
        scope.requireMemory(section);
        address = readConstant(section, ValueType.I32, ignored);
      }
      segments.add(new Rewritten.Segment(address, section.bytes(section.u32())));
    }
  }

  /** The index of a type that the module has, or gets at the end. */
  private int typeIndex(Signature signature) {
    return typeIndices.computeIfAbsent(
        signature,
        added -> {
          addedTypes.add(added);
          return scope.types.size() + addedTypes.size() - 1;
        });
  }

  private void measure() {
    measures.most(Rule.MODULE_BYTES, wasm.length, Limits.MODULE_BYTES_MAX);
    measures.most(Rule.FUNCTION_COUNT, functionTypes.size(), ModuleLimits.FUNCTION_COUNT_MAX);
    measures.most(Rule.TYPE_COUNT, scope.types.size(), ModuleLimits.TYPE_COUNT_MAX);
    measures.most(Rule.GLOBAL_COUNT, scope.globals.size(), ModuleLimits.GLOBAL_COUNT_MAX);
    measures.most(Rule.EXPORT_COUNT, exports.size(), ModuleLimits.EXPORT_COUNT_MAX);
    measures.most(Rule.SEGMENT_COUNT, segments.size(), ModuleLimits.SEGMENT_COUNT_MAX);
    measures.most(Rule.ELEMENT_COUNT, elementCount, ModuleLimits.ELEMENT_COUNT_MAX);
    measures.most(Rule.MEMORY_PAGES, memoryPagesMin, GUEST_PAGES_MAX);
  }

  private Rewritten finish() {
    measure();
    if (!sections.containsKey(IMPORT)) {
      writeImports(0, 0, 0);
    }
    if (!sections.containsKey(GLOBAL)) {
      writeCounters(new WasmWriter(32).u32(2));
    }
    writeTypes();
    writeElements();
    Map<String, Signature> functions = new LinkedHashMap<>();
    List<String> exportWords = new ArrayList<>();
    exports.forEach(
        (name, export) -> {
          boolean function = export.kind() == 0;
          if (function) {
            functions.put(name, scope.functions.get(export.index()));
          }
          exportWords.add(name + " " + (function ? functions.get(name) : kindName(export.kind())));
        });
    Export memory = exports.getOrDefault("memory", new Export(0, 0));
    return new Rewritten(
        module(Map.of()),
        module(Map.of(CODE, emptyBodies(), DATA, emptySegments())),
        functions,
        memory.kind() == 2,
        scope.hasMemory,
        memoryPagesMin,
        memoryPagesMax,
        segments,
        hostImports,
        fuelGlobal(),
        fuelGlobal() + 1,
        isResettable(),
        exportWords,
        imports,
        warnings,
        beginningFuel(),
        measures.all());
  }

  /** Pages, entries of tables and what goes into both. */
  private long beginningFuel() {
    long dataBytes = segments.stream().mapToLong(segment -> segment.bytes().length).sum();
    return memoryPagesMin * Meter.PAGE_FUEL + tableEntriesMin + elementCount + dataBytes / 8;
  }

  private boolean isResettable() {
    return !bodies.isMutating()
        && scope.globals.stream().noneMatch(it -> it.mutable() && it.type().isReference());
  }

  /** The module's types as they were, and those that were added. */
  private void writeTypes() {
    List<Signature> all = new ArrayList<>(scope.types);
    all.addAll(addedTypes);
    WasmWriter out = new WasmWriter(64).u32(all.size());
    for (Signature signature : all) {
      out.u8(0x60);
      writeValueTypes(out, signature.params());
      writeValueTypes(out, signature.results());
    }
    sections.put(TYPE, out);
  }

  private static void writeValueTypes(WasmWriter out, List<ValueType> types) {
    out.u32(types.size());
    types.forEach(type -> out.u8(type.code()));
  }

  private WasmWriter emptyBodies() {
    WasmWriter out = new WasmWriter(4 * bodyCount + 8).u32(bodyCount);
    for (int i = 0; i < bodyCount; i++) {
      out.u8(3).u8(0).u8(Opcodes.UNREACHABLE).u8(Opcodes.END); // no locals
    }
    return out;
  }

  /** Their bytes are FlatMemory's affair; of the engine, each wants to be there. */
  private WasmWriter emptySegments() {
    WasmWriter out = new WasmWriter(2 * segments.size() + 8).u32(segments.size());
    for (int i = 0; i < segments.size(); i++) {
      out.u8(1).u8(0); // passive, of no bytes
    }
    return out;
  }

  private byte[] module(Map<Integer, WasmWriter> changed) {
    Map<Integer, WasmWriter> all = new HashMap<>(sections);
    changed.forEach(all::replace);
    WasmWriter out = new WasmWriter(2 * wasm.length + 256).bytes(HEADER);
    for (int id : ORDER) {
      Optional.ofNullable(all.get(id)).ifPresent(content -> out.u8(id).sized(content));
    }
    return out.toByteArray();
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
