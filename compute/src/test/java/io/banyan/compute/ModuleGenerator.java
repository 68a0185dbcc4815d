package io.banyan.compute;

import static io.banyan.compute.ValueType.EXTERNREF;
import static io.banyan.compute.ValueType.F32;
import static io.banyan.compute.ValueType.FUNCREF;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import io.banyan.compute.GeneratedModule.Floats;
import io.banyan.compute.GeneratedModule.Style;
import io.banyan.compute.ModuleParts.Global;
import io.banyan.compute.ModuleParts.Table;
import io.banyan.compute.TestingModule.Bytes;
import io.banyan.schema.GuestFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes a random valid module; the same seed gives the same bytes for ever. Confined to one
 * thread; one generator writes one module.
 */
final class ModuleGenerator {
  /*
   * What a call comes to shows all it did: execute calls some functions, stores what they return,
   * and returns the first 4 KiB of the memory, where guarded stores go, with all globals, sizes and
   * null entries behind. A module traps where it is not guarded, so about one in three calls has no
   * output and shows its kind of trap and its fuel only.
   */
  private static final int RESULTS_AT = 2048; // what functions return
  private static final int STATE_AT = 3072; // globals, sizes, null entries
  private static final int OUTPUT_BYTES = 4096;
  private static final int ALLOCATED_AT = 32768;

  private static final List<HostImport> HOST_IMPORTS =
      List.of(
          HostImport.LOG,
          HostImport.PROGRESS,
          HostImport.FAIL,
          HostImport.RANDOM_GET,
          HostImport.CLOCK_TIME_GET,
          HostImport.SCHED_YIELD);

  private final long seed;
  private final SplittableRandom random;
  private final ModuleParts parts;
  private final List<GuestFunction> functions = new ArrayList<>();
  private final Bytes imports = new Bytes();
  private final Bytes exports = new Bytes();
  private final Bytes elements = new Bytes();
  private final Bytes data = new Bytes();
  private final List<byte[]> bodies = new ArrayList<>();
  private final int pagesMin;
  private int exportCount;
  private int execute;
  private int start = -1;
  private int resultAt = RESULTS_AT;

  private ModuleGenerator(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.parts = new ModuleParts(anyStyle(random), random);
    this.pagesMin = parts.chance(2) ? 0 : random.nextInt(1, 4);
  }

  private static Style anyStyle(SplittableRandom random) {
    Floats floats =
        switch (random.nextInt(10)) {
          case 0, 1 -> Floats.NONE;
          case 2, 3, 4 -> Floats.HIDDEN;
          default -> Floats.OPEN;
        };
    return new Style(
        floats, random.nextInt(100) < 30, random.nextInt(100) < 25, random.nextInt(100) < 60);
  }

  static GeneratedModule generate(long seed) {
    return new ModuleGenerator(seed).generate();
  }

  private GeneratedModule generate() {
    chooseImports();
    declareFunctions();
    chooseTables();
    chooseGlobals();
    chooseData();
    chooseElements();
    writeBodies();
    writeHostCalled();
    byte[] wasm = write();
    return new GeneratedModule(seed, parts.style, wasm, functions);
  }

  private void chooseImports() {
    if (!parts.style.imports()) {
      return;
    }
    for (int count = random.nextInt(1, 4); count > 0; count--) {
      HostImport function = parts.pick(HOST_IMPORTS);
      int type = parts.typeIndex(function.signature());
      imports.name(function.module()).name(function.function()).u8(0).u32(type);
      parts.functionTypes.add(type);
      parts.importCount++;
    }
  }

  private void declareFunctions() {
    int count = random.nextInt(2, 9);
    for (int i = 0; i < count; i++) {
      boolean startable = parts.chance(12);
      Signature signature =
          startable
              ? TestingModule.VOID
              : new Signature(parts.anyTypes(4), parts.anyTypes(parts.chance(60) ? 1 : 4));
      parts.functionTypes.add(parts.typeIndex(signature));
      if (startable && start < 0) {
        start = parts.functionTypes.size() - 1;
      }
    }
    parts.plainEnd = parts.functionTypes.size();
    export("memory", 2, 0);
    declare("alloc", new Signature(List.of(I32), List.of(I32)));
    execute = declare("execute", TestingModule.CALL);
    functions.add(GuestFunction.EXECUTE);
    if (parts.chance(25)) {
      declare("merge", TestingModule.CALL);
      functions.add(GuestFunction.MERGE);
    }
    if (parts.chance(20) && !parts.style.isPortable()) { // others see one call of execute
      declare("configure", GuestInterface.CONFIGURE);
    }
  }

  private int declare(String name, Signature signature) {
    parts.functionTypes.add(parts.typeIndex(signature));
    int index = parts.functionTypes.size() - 1;
    export(name, 0, index);
    return index;
  }

  private void export(String name, int kind, int index) {
    exports.name(name).u8(kind).u32(index);
    exportCount++;
  }

  private void chooseTables() {
    for (int count = random.nextInt(4); count > 0; count--) {
      parts.tables.add(new Table(FUNCREF, random.nextInt(parts.chance(90) ? 1 : 0, 12)));
    }
  }

  private void chooseGlobals() {
    parts.callsLeft = 0;
    parts.globals.add(new Global(I32, true));
    for (int count = random.nextInt(2, 9); count > 0; count--) {
      parts.globals.add(new Global(parts.anyType(), parts.chance(80)));
    }
  }

  private void chooseData() {
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      switch (random.nextInt(3)) {
        case 0 -> data.u8(1).sized(bytes);
        case 1 -> data.u8(0, 0x41).signed(dataAddress()).u8(0x0b).sized(bytes);
        default -> data.u8(2, 0, 0x41).signed(dataAddress()).u8(0x0b).sized(bytes);
      }
    }
    parts.dataCount = count;
  }

  private int dataAddress() {
    return parts.chance(98) ? random.nextInt(2000) : random.nextInt();
  }

  // All eight forms of an element segment.
  private void chooseElements() {
    for (int table = 0; table < parts.tables.size(); table++) {
      if (parts.tables.get(table).min() > 0 && parts.chance(85)) {
        activeElements(table);
      }
    }
    for (int count = random.nextInt(3); count > 0; count--) {
      passiveElements();
    }
  }

  private void activeElements(int table) {
    int min = parts.tables.get(table).min();
    ValueType type = parts.tables.get(table).type();
    boolean expressions = type == EXTERNREF || parts.chance(30);
    boolean explicit = table > 0 || type == EXTERNREF || parts.chance(50);
    int offset = parts.chance(75) ? 0 : random.nextInt(min);
    int length = parts.chance(98) ? random.nextInt(min - offset + 1) : min - offset + 1;
    elements.u8((explicit ? 2 : 0) + (expressions ? 4 : 0));
    if (explicit) {
      elements.u32(table);
    }
    elements.u8(0x41).signed(offset).u8(0x0b);
    if (explicit) {
      elements.u8(expressions ? BodyGenerator.typeCode(type) : 0);
    }
    boolean inFirst = tableOfCalls() == table && offset == 0;
    items(type, expressions, length, inFirst);
  }

  private int tableOfCalls() {
    for (int i = 0; i < parts.tables.size(); i++) {
      if (parts.tables.get(i).type() == FUNCREF) {
        return i;
      }
    }
    return -1;
  }

  private void passiveElements() {
    ValueType type = parts.chance(80) ? FUNCREF : EXTERNREF;
    boolean expressions = type == EXTERNREF || parts.chance(40);
    boolean declarative = parts.chance(20);
    elements.u8((declarative ? 3 : 1) + (expressions ? 4 : 0));
    elements.u8(expressions ? BodyGenerator.typeCode(type) : 0);
    items(type, expressions, random.nextInt(6), false);
  }

  private void items(ValueType type, boolean expressions, int count, boolean called) {
    parts.elementTypes.add(type);
    elements.u32(count);
    for (int i = 0; i < count; i++) {
      int function = random.nextInt(parts.functionTypes.size());
      boolean isNull = type == EXTERNREF || expressions && parts.chance(25);
      if (!expressions) {
        elements.u32(function);
      } else if (isNull) {
        elements.u8(0xd0, BodyGenerator.typeCode(type), 0x0b);
      } else {
        elements.u8(0xd2).u32(function).u8(0x0b);
      }
      if (called && !isNull) {
        parts.calledIndirectly.add(function);
      }
    }
  }

  private void writeBodies() {
    for (int i = parts.importCount; i < parts.plainEnd; i++) {
      BodyGenerator body = new BodyGenerator(parts, i, random.nextInt(20, 160), true);
      body.statements(random.nextInt(1, 8));
      bodies.add(body.finish(false));
    }
  }

  private void writeHostCalled() {
    bodies.add(allocBody());
    bodies.add(callBody(execute));
    for (int i = execute + 1; i < parts.functionTypes.size(); i++) {
      bodies.add(parts.signatureOf(i).equals(TestingModule.CALL) ? callBody(i) : configureBody(i));
    }
  }

  private byte[] allocBody() {
    BodyGenerator body = new BodyGenerator(parts, parts.plainEnd, 0, false);
    body.i32(ALLOCATED_AT);
    return body.finish(true);
  }

  private byte[] configureBody(int self) {
    BodyGenerator body = new BodyGenerator(parts, self, 40, false);
    body.statements(2);
    return body.finish(false);
  }

  private byte[] callBody(int self) {
    BodyGenerator body = new BodyGenerator(parts, self, 150, false);
    readInput(body);
    int first = random.nextInt(parts.importCount, parts.plainEnd);
    for (int function = first; function < parts.plainEnd; function++) {
      if (function == first || parts.chance(50)) {
        body.statements(1);
        callAndKeep(body, function);
      }
    }
    body.statements(1);
    writeState(body);
    body.i64(OUTPUT_BYTES);
    return body.finish(true);
  }

  /** The input in locals, so that it decides where the code goes. */
  private void readInput(BodyGenerator body) {
    int at = ALLOCATED_AT;
    for (ValueType type : parts.numbers()) {
      int local = body.newLocal(type);
      body.load(type, at);
      body.setLocal(local);
      at += Long.BYTES;
    }
  }

  private void callAndKeep(BodyGenerator body, int function) {
    for (ValueType result : body.callForResults(function)) {
      int local = body.newLocal(result);
      body.setLocal(local);
      keep(body, result, resultAt, () -> body.getLocal(local));
      resultAt += Long.BYTES;
    }
  }

  private static void keep(BodyGenerator body, ValueType type, int address, Runnable value) {
    body.i32(address);
    value.run();
    switch (type) {
      case I32, I64, F32, F64 -> body.storeWhole(type);
      case FUNCREF, EXTERNREF -> {
        body.isNull(type);
        body.storeWhole(I32);
      }
    }
  }

  private void writeState(BodyGenerator body) {
    int at = STATE_AT;
    for (int i = 0; i < parts.globals.size(); i++) {
      int global = i;
      keep(body, parts.globals.get(i).type(), at, () -> body.getGlobal(global));
      at += Long.BYTES;
    }
    keep(body, I32, at, body::memorySize);
    for (int i = 0; i < parts.tables.size(); i++) {
      int table = i;
      at += Long.BYTES;
      keep(body, I32, at, () -> body.tableSize(table));
      for (int k = 0; k < parts.tables.get(i).min(); k++) {
        int entry = k;
        at += Integer.BYTES;
        Runnable value =
            () -> {
              body.i32(entry);
              body.tableGet(table);
            };
        keep(body, parts.tables.get(i).type(), at, value);
      }
    }
  }

  private byte[] write() {
    exportMore();
    declareReferenced();
    Bytes module = new Bytes();
    module.u8(0, 'a', 's', 'm', 1, 0, 0, 0);
    section(module, 1, parts.types.size(), types());
    section(module, 2, parts.importCount, imports);
    section(module, 3, bodies.size(), functionSection());
    section(module, 4, parts.tables.size(), tables());
    section(module, 5, 1, memory());
    section(module, 6, parts.globals.size(), globals());
    section(module, 7, exportCount, exports);
    if (start >= 0) {
      module.u8(8).sized(new Bytes().u32(start).toByteArray());
    }
    section(module, 9, parts.elementTypes.size(), elements);
    if (parts.dataCount > 0) {
      module.u8(12).sized(new Bytes().u32(parts.dataCount).toByteArray());
    }
    section(module, 10, bodies.size(), code());
    section(module, 11, parts.dataCount, data);
    return module.toByteArray();
  }

  private static void section(Bytes module, int id, int count, Bytes items) {
    if (count > 0) {
      Bytes content = new Bytes().u32(count);
      content.writeBytes(items.toByteArray());
      module.u8(id).sized(content.toByteArray());
    }
  }

  private void exportMore() {
    if (parts.chance(20)) {
      export("global", 3, random.nextInt(parts.globals.size()));
    }
    if (parts.chance(20) && !parts.tables.isEmpty()) {
      export("table", 1, random.nextInt(parts.tables.size()));
    }
    if (parts.chance(20)) {
      export("function", 0, random.nextInt(parts.functionTypes.size()));
    }
  }

  /** A function that a {@code ref.func} names must stand in a segment or an export as well. */
  private void declareReferenced() {
    if (parts.referenced.isEmpty()) {
      return;
    }
    elements.u8(3, 0).u32(parts.referenced.size());
    parts.referenced.forEach(elements::u32);
    parts.elementTypes.add(FUNCREF);
  }

  private Bytes types() {
    Bytes types = new Bytes();
    for (Signature signature : parts.types) {
      types.u8(0x60);
      for (List<ValueType> list : List.of(signature.params(), signature.results())) {
        types.u32(list.size());
        list.forEach(type -> types.u8(BodyGenerator.typeCode(type)));
      }
    }
    return types;
  }

  private Bytes functionSection() {
    Bytes section = new Bytes();
    parts
        .functionTypes
        .subList(parts.importCount, parts.functionTypes.size())
        .forEach(section::u32);
    return section;
  }

  private Bytes tables() {
    Bytes tables = new Bytes();
    for (Table table : parts.tables) {
      tables.u8(BodyGenerator.typeCode(table.type()), 1).u32(table.min());
      tables.u32(table.min() + random.nextInt(8));
    }
    return tables;
  }

  private Bytes memory() {
    Bytes memory = new Bytes();
    if (parts.style.isPortable() || parts.chance(70)) {
      return memory.u8(1).u32(pagesMin).u32(pagesMin + random.nextInt(4));
    }
    return memory.u8(0).u32(pagesMin);
  }

  private Bytes globals() {
    Bytes globals = new Bytes();
    for (int i = 0; i < parts.globals.size(); i++) {
      Global global = parts.globals.get(i);
      globals.u8(BodyGenerator.typeCode(global.type()), global.mutable() ? 1 : 0);
      if (i == parts.callsLeft) {
        globals.u8(0x41).signed(random.nextInt(60));
      } else {
        initial(globals, global.type());
      }
      globals.u8(0x0b);
    }
    return globals;
  }

  private void initial(Bytes out, ValueType type) {
    switch (type) {
      case I32 -> out.u8(0x41).signed(random.nextInt());
      case I64 -> out.u8(0x42).signed(random.nextLong());
      case F32, F64 -> {
        byte[] bits = new byte[type == F32 ? Float.BYTES : Double.BYTES];
        random.nextBytes(bits);
        if (parts.chance(50)) {
          bits[bits.length - 1] = (byte) (parts.chance(50) ? 0x7f : 0xff); // a NaN
          bits[bits.length - 2] |= (byte) 0xf0;
        }
        out.u8(type == F32 ? 0x43 : 0x44).writeBytes(bits);
      }
      case FUNCREF, EXTERNREF -> {
        if (type == FUNCREF && parts.chance(50)) {
          out.u8(0xd2).u32(random.nextInt(parts.functionTypes.size()));
        } else {
          out.u8(0xd0, BodyGenerator.typeCode(type));
        }
      }
    }
  }

  private Bytes code() {
    Bytes code = new Bytes();
    bodies.forEach(code::sized);
    return code;
  }
}
