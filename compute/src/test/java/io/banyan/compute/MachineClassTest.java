package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import run.endive.compiler.internal.ClassCollector;
import run.endive.compiler.internal.Compiler;
import run.endive.wasm.Parser;

class MachineClassTest {
  private static final String EXECUTE =
      "loop void local.get 0 i32.load 4 if void local.get 0 global.get 0 i32.store 0 br 1 end end"
          + " i32.const 1 global.set 0 i32.const 8 call 0 drop i64.const 0";

  /** Who is called, or which field is read, by the functions of the module. */
  private static Set<String> uses(Rewritten module) {
    ClassCollector classes =
        Compiler.builder(Parser.parse(module.wasm()))
            .withClassCollectorFactory(MachineClasses::new)
            .build()
            .compile()
            .collector();
    String copy = classes.mainClassName().replace('.', '/') + "Shaded";
    TreeSet<String> uses = new TreeSet<>();
    for (Map.Entry<String, byte[]> file : classes.classBytes().entrySet()) {
      if (!file.getKey().endsWith("Shaded")) {
        byte[] patched = new MachineClass(file.getValue(), copy, module).patched();
        ClassFile.of().parse(patched).methods().stream()
            .map(MethodModel::code)
            .flatMap(Optional::stream)
            .flatMap(CodeModel::elementStream)
            .forEach(
                element -> {
                  if (element instanceof InvokeInstruction call) {
                    uses.add(call.owner().name() + "." + call.name() + call.type());
                  } else if (element instanceof FieldInstruction field) {
                    uses.add(field.owner().name() + "." + field.name());
                  }
                });
      }
    }
    return uses;
  }

  @Test
  void aGuestCallsNothingBetweenItAndItsMemory() throws RefusedException {
    Set<String> uses = uses(Rewriter.rewrite(TestingModule.reactor(EXECUTE).bytes()));

    String flat = "io/banyan/compute/FlatMemory";
    assertTrue(
        uses.containsAll(
            List.of(
                flat + ".memoryReadInt(IIL" + flat + ";)I",
                flat + ".memoryWriteInt(IIIL" + flat + ";)V",
                flat + ".readGlobal(IL" + flat + ";)J",
                flat + ".writeGlobal(JIL" + flat + ";)V",
                flat + ".fuelIs(JL" + flat + ";)V",
                flat + ".fuel",
                flat + ".depth")),
        uses::toString);
    assertEquals(
        List.of(),
        uses.stream()
            .filter(
                use ->
                    use.contains("checkInterruption")
                        || use.contains("run/endive/runtime/Memory")
                        || use.contains("MachineShaded")
                        || use.contains("Shaded.readGlobal"))
            .toList());
  }

  @Test
  void aComparisonIsNoCallOfTheEngine() throws RefusedException {
    String execute = "local.get 0 local.get 1 i32.lt_u i32.eqz if void end i64.const 0";

    Set<String> uses = uses(Rewriter.rewrite(TestingModule.reactor(execute).bytes()));

    assertTrue(uses.contains("java/lang/Integer.compareUnsigned(II)I"), uses::toString);
    assertTrue(uses.stream().noneMatch(use -> use.contains("_LT_")), uses::toString);
  }

  @Test
  void aModuleWithoutMemoryKeepsItsGlobals() throws RefusedException {
    TestingModule module =
        new TestingModule()
            .withoutMemoryExport()
            .function("run", TestingModule.VOID, "", "loop void end");

    Set<String> uses = uses(Rewriter.rewrite(module.bytes()));

    assertTrue(
        uses.stream().anyMatch(use -> use.startsWith("run/endive/compiler/internal/Shaded.readGl")),
        uses::toString);
    assertTrue(uses.stream().noneMatch(use -> use.contains("checkInterruption")), uses::toString);
  }

  @Test
  void theEngineIsTheOneWhoseCodeIsChanged() {
    assertDoesNotThrow(EngineVersion::check);
  }
}
