package io.banyan.compute;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.internal.Shaded;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.OpcodeImpl;

/**
 * A class file as Endive's compiler makes it, changed so that guests run on {@link FlatMemory}
 * without a detour: loads and stores go to its static methods, globals are its fields, and the look
 * at the thread's interrupt flag in each loop and call becomes one at the module's {@link Brake}.
 * Confined to the compiler's thread.
 */
final class MachineClass {
  /*
   * Bytes are changed in place, instruction for instruction of the same length, so that branches,
   * tables of exceptions and stack maps stay true; java.lang.classfile would compute the stack maps
   * anew, which takes as long as all of the engine's compiling. What changes:
   *
   *   in the pool of constants
   *     the interface Memory, in descriptors and stack maps   the class FlatMemory
   *     the module's own copy of Shaded                        Shaded itself
   *     its methods memory...                                  those of FlatMemory
   *   in the code
   *     invokevirtual Instance.memory                          invokestatic FlatMemory.of
   *     invokestatic  Shaded.checkInterruption                 invokestatic of the module's Brake
   *     push index, aload instance, invokestatic readGlobal    push index, aload memory, readGlobal
   *                                                            or nop, aload memory, getfield fuel
   *     (write likewise)
   *     invokestatic OpcodeImpl.I32_LT_S, ifne                 nop, nop, nop, if_icmplt
   *     the same without a jump behind it                      invokestatic Comparison.less
   *     (others likewise, ComparisonCode has them)
   *
   * The local that holds the memory is the one before the local that holds the instance. That all
   * this is so is a matter of the engine's version, which EngineVersion holds fast.
   */
  private static final int TAG_UTF8 = 1;
  private static final int TAG_LONG = 5;
  private static final int TAG_DOUBLE = 6;
  private static final int TAG_CLASS = 7;
  private static final int TAG_FIELD = 9;
  private static final int TAG_METHOD = 10;
  private static final int TAG_NAME_AND_TYPE = 12;

  private static final String FLAT = internal(FlatMemory.class);
  private static final String MEMORY = internal(Memory.class);
  private static final String SITE = Brake.SITE_CLASS.replace('.', '/');
  private static final String COMPARISON = internal(Comparison.class);
  private static final String INSTANCE = internal(Instance.class);
  private static final String OPERATIONS = internal(OpcodeImpl.class);
  private static final String SHADED = internal(Shaded.class);

  /** The descriptor of {@link Instance#memory()}, which stays as it is. */
  private static final String MEMORY_TYPE = "()L" + MEMORY + ";";

  private final ByteBuffer in;
  private final String shadedCopy;
  private final Rewritten module;
  private final int[] entryAt;
  private final @Nullable Role[] roles;
  private final List<byte[]> added = new ArrayList<>();
  private final Map<String, Integer> addedMembers = new TreeMap<>();
  private final Map<String, Integer> codeBytes = new TreeMap<>();
  private final int flatClass;
  private int bodyAt;

  private static String internal(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  MachineClass(byte[] original, String shadedCopy, Rewritten module) {
    this.in = ByteBuffer.wrap(original);
    this.shadedCopy = shadedCopy;
    this.module = module;
    this.entryAt = new int[in.getShort(8) & 0xffff];
    this.roles = new Role[entryAt.length];
    readPool();
    this.flatClass = add(TAG_CLASS, utf8(FLAT));
  }

  private void readPool() {
    int at = 10;
    for (int i = 1; i < entryAt.length; i++) {
      entryAt[i] = at;
      switch (in.get(at)) {
        case TAG_UTF8 -> at += 3 + u2(at + 1);
        case TAG_LONG, TAG_DOUBLE -> {
          at += 9;
          i++; // such an entry counts for two
        }
        case TAG_CLASS, 8, 16, 19, 20 -> at += 3;
        case 15 -> at += 4;
        default -> at += 5;
      }
    }
    bodyAt = at;
  }

  private int u2(int at) {
    return in.getShort(at) & 0xffff;
  }

  private String text(int entry) {
    int at = entryAt[entry];
    return new String(in.array(), at + 3, u2(at + 1), StandardCharsets.UTF_8);
  }

  /** Length in bytes of the code of each method that has any, by its name. */
  Map<String, Integer> codeBytes() {
    return codeBytes;
  }

  /** The changed class file. */
  byte[] patched() {
    byte[] body = patchedBody();
    ByteArrayOutputStream out = new ByteArrayOutputStream(in.capacity() + 1024);
    byte[] pool = patchedPool();
    out.write(in.array(), 0, 8);
    put2(out, entryAt.length + added.size());
    out.writeBytes(pool);
    added.forEach(out::writeBytes);
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static void put2(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }

  private byte[] patchedPool() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bodyAt);
    for (int i = 1; i < entryAt.length; i++) {
      int at = entryAt[i];
      switch (in.get(at)) {
        case TAG_UTF8 -> out.writeBytes(utf8Entry(renamed(text(i))));
        case TAG_LONG, TAG_DOUBLE -> out.write(in.array(), at, 9);
        case TAG_METHOD -> {
          boolean access = role(i) == Role.ACCESS;
          out.write(TAG_METHOD);
          put2(out, access ? flatClass : u2(at + 1));
          put2(out, u2(at + 3));
        }
        default -> out.write(in.array(), at, (i + 1 < entryAt.length ? next(i) : bodyAt) - at);
      }
      if (in.get(at) == TAG_LONG || in.get(at) == TAG_DOUBLE) {
        i++;
      }
    }
    return out.toByteArray();
  }

  private int next(int entry) {
    return entryAt[entry + 1];
  }

  private String renamed(String text) {
    if (text.equals(shadedCopy)) {
      return SHADED;
    }
    if (text.equals(MEMORY)) {
      return FLAT;
    }
    return text.equals(MEMORY_TYPE) ? text : text.replace("L" + MEMORY + ";", "L" + FLAT + ";");
  }

  private boolean isOfShaded(int method) {
    return className(method).equals(shadedCopy);
  }

  private String className(int member) {
    return text(u2(entryAt[u2(entryAt[member] + 1)] + 1));
  }

  private String memberName(int member) {
    return text(u2(entryAt[u2(entryAt[member] + 3)] + 1));
  }

  private String memberType(int member) {
    return text(u2(entryAt[u2(entryAt[member] + 3)] + 3));
  }

  private static byte[] utf8Entry(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(3 + bytes.length)
        .put((byte) TAG_UTF8)
        .putShort((short) bytes.length)
        .put(bytes)
        .array();
  }

  private int utf8(String text) {
    added.add(utf8Entry(text));
    return entryAt.length + added.size() - 1;
  }

  private int add(int tag, int... parts) {
    ByteBuffer entry = ByteBuffer.allocate(1 + 2 * parts.length).put((byte) tag);
    for (int part : parts) {
      entry.putShort((short) part);
    }
    added.add(entry.array());
    return entryAt.length + added.size() - 1;
  }

  /** A field or static method of FlatMemory, in the pool. */
  private int member(int tag, String name, String type) {
    return addedMembers.computeIfAbsent(
        name, ignored -> add(tag, flatClass, add(TAG_NAME_AND_TYPE, utf8(name), utf8(type))));
  }

  private byte[] patchedBody() {
    int at = bodyAt + 6;
    at += 2 + 2 * u2(at); // interfaces
    at = afterMembers(at); // fields
    afterMembers(at); // methods
    byte[] body = new byte[in.capacity() - bodyAt];
    System.arraycopy(in.array(), bodyAt, body, 0, body.length);
    return body;
  }

  private int afterMembers(int from) {
    int count = u2(from);
    int at = from + 2;
    for (int i = 0; i < count; i++) {
      String name = text(u2(at + 2));
      int attributes = u2(at + 6);
      at += 8;
      for (int k = 0; k < attributes; k++) {
        if (text(u2(at)).equals("Code")) {
          int length = in.getInt(at + 10);
          codeBytes.put(name, length);
          patchCode(at + 14, length);
        }
        at += 6 + in.getInt(at + 2);
      }
    }
    return at;
  }

  private static final byte NOP = 0;
  private static final int ALOAD = 25;
  private static final int ALOAD_0 = 42;
  private static final int GETFIELD = 180;
  private static final int INVOKEVIRTUAL = 182;
  private static final int INVOKESTATIC = 184;

  private void patchCode(int start, int length) {
    MethodCode code = new MethodCode(in, start, length);
    int beforeLast = start;
    int last = start;
    for (int at = start; at < code.end(); at = code.next(at)) {
      int opcode = code.opcode(at);
      if (opcode == INVOKESTATIC || opcode == INVOKEVIRTUAL) {
        switch (role(u2(at + 1))) {
          case CHECK -> look(at);
          case READ_GLOBAL -> readGlobal(beforeLast, last, at);
          case WRITE_GLOBAL -> writeGlobal(beforeLast, last, at);
          case MEMORY_OF_INSTANCE -> call(at, "of", "(L" + INSTANCE + ";)L" + FLAT + ";");
          case COMPARISON -> compare(code, at);
          case ACCESS, OTHER -> {}
        }
      }
      beforeLast = last;
      last = at;
    }
  }

  /** What a method that generated code calls is to us. */
  private enum Role {
    CHECK,
    READ_GLOBAL,
    WRITE_GLOBAL,
    MEMORY_OF_INSTANCE,
    COMPARISON,
    ACCESS,
    OTHER
  }

  private Role role(int method) {
    Role known = roles[method];
    if (known == null) {
      known = roleByName(method);
      roles[method] = known;
    }
    return known;
  }

  private Role roleByName(int method) {
    String name = memberName(method);
    if (className(method).equals(OPERATIONS)) {
      return ComparisonCode.of(name).isPresent() ? Role.COMPARISON : Role.OTHER;
    }
    if (!isOfShaded(method)) {
      return memberType(method).equals(MEMORY_TYPE) ? Role.MEMORY_OF_INSTANCE : Role.OTHER;
    }
    return switch (name) {
      case "checkInterruption" -> Role.CHECK;
      case "readGlobal" -> module.hasMemory() ? Role.READ_GLOBAL : Role.OTHER;
      case "writeGlobal" -> module.hasMemory() ? Role.WRITE_GLOBAL : Role.OTHER;
      default -> name.startsWith("memory") ? Role.ACCESS : Role.OTHER;
    };
  }

  private void fill(int from, int to) {
    for (int at = from; at < to; at++) {
      in.put(at, NOP);
    }
  }

  private void look(int at) {
    call(at, SITE, Brake.SITE_METHOD, "()V");
  }

  /**
   * Makes one of a comparison and the jump on its result, or has the number come without a jump.
   */
  private void compare(MethodCode code, int at) {
    int method = u2(at + 1);
    ComparisonCode comparison = ComparisonCode.of(memberName(method)).orElseThrow();
    boolean holds = true;
    int behind = code.next(at);
    while (isZeroTest(code, behind)) { // it may be negated before the jump
      holds = !holds;
      behind = code.next(behind);
    }
    if (code.jumpsOnNumber(behind)) {
      fill(at, behind);
      in.put(behind, (byte) comparison.jump(holds == code.jumpsUnlessZero(behind)));
      comparison
          .unsignedIn()
          .ifPresent(type -> call(at, type, "compareUnsigned", memberType(method)));
      in.put(at, comparison.code());
      code.mayNeed(comparison.extraStack());
    } else {
      comparison.withoutJump().ifPresent(name -> call(at, COMPARISON, name, memberType(method)));
    }
  }

  private boolean isZeroTest(MethodCode code, int at) {
    return code.isReachedFromBeforeAlone(at)
        && code.opcode(at) == INVOKESTATIC
        && className(u2(at + 1)).equals(OPERATIONS)
        && memberName(u2(at + 1)).equals(ComparisonCode.I32_EQZ.name());
  }

  private void call(int at, String type, String name, String descriptor) {
    int method =
        addedMembers.computeIfAbsent(
            type + '.' + name + descriptor,
            ignored ->
                add(
                    TAG_METHOD,
                    add(TAG_CLASS, utf8(type)),
                    add(TAG_NAME_AND_TYPE, utf8(name), utf8(descriptor))));
    in.put(at, (byte) INVOKESTATIC);
    in.putShort(at + 1, (short) method);
  }

  private void call(int at, String name, String type) {
    in.put(at, (byte) INVOKESTATIC);
    in.putShort(at + 1, (short) member(TAG_METHOD, name, type));
  }

  private void readGlobal(int push, int load, int call) {
    int index = pushed(push);
    loadMemory(load);
    if (index == module.fuelGlobal() || index == module.depthGlobal()) {
      fill(push, load);
      in.put(call, (byte) GETFIELD);
      in.putShort(call + 1, (short) member(TAG_FIELD, counter(index), "J"));
    } else {
      call(call, "readGlobal", "(IL" + FLAT + ";)J");
    }
  }

  private void writeGlobal(int push, int load, int call) {
    int index = pushed(push);
    loadMemory(load);
    if (index == module.fuelGlobal() || index == module.depthGlobal()) {
      fill(push, load);
      call(call, counter(index) + "Is", "(JL" + FLAT + ";)V");
    } else {
      call(call, "writeGlobal", "(JIL" + FLAT + ";)V");
    }
  }

  private String counter(int index) {
    return index == module.fuelGlobal() ? "fuel" : "depth";
  }

  private int pushed(int at) {
    int opcode = in.get(at) & 0xff;
    return switch (opcode) {
      case 3, 4, 5, 6, 7, 8 -> opcode - 3; // iconst_0 to iconst_5
      case 16 -> in.get(at + 1); // bipush
      case 17 -> in.getShort(at + 1); // sipush
      default -> throw unexpected("opcode " + opcode + " pushes a global's index");
    };
  }

  private static IllegalStateException unexpected(String what) {
    return new IllegalStateException("the engine generates code that is not expected: " + what);
  }

  /** What loaded the instance loads the memory, which is the local before. */
  private void loadMemory(int at) {
    int opcode = in.get(at) & 0xff;
    if (opcode > ALOAD_0 && opcode <= ALOAD_0 + 3) {
      in.put(at, (byte) (opcode - 1));
    } else if (opcode == ALOAD) {
      in.put(at + 1, (byte) (in.get(at + 1) - 1));
    } else if (opcode == MethodCode.WIDE) {
      in.putShort(at + 2, (short) (u2(at + 2) - 1));
    } else {
      throw unexpected("opcode " + opcode + " loads the instance");
    }
  }
}
