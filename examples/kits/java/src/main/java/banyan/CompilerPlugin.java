package banyan;

import java.util.Map;
import org.teavm.ast.InvocationExpr;
import org.teavm.backend.wasm.TeaVMWasmHost;
import org.teavm.backend.wasm.intrinsics.WasmIntrinsic;
import org.teavm.backend.wasm.intrinsics.WasmIntrinsicManager;
import org.teavm.backend.wasm.model.expression.WasmExpression;
import org.teavm.backend.wasm.model.expression.WasmFloat64Constant;
import org.teavm.backend.wasm.model.expression.WasmFloatType;
import org.teavm.backend.wasm.model.expression.WasmFloatUnary;
import org.teavm.backend.wasm.model.expression.WasmFloatUnaryOperation;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodReference;
import org.teavm.model.emit.ProgramEmitter;
import org.teavm.runtime.GC;
import org.teavm.vm.spi.TeaVMHost;
import org.teavm.vm.spi.TeaVMPlugin;

/**
 * What TeaVM 0.10.2 needs to be told for Banyan. It runs inside TeaVM, which finds it by its name
 * in {@code META-INF/services}, and is no part of the module.
 */
public final class CompilerPlugin implements TeaVMPlugin {
  @Override
  public void install(TeaVMHost host) {
    TeaVMWasmHost wasm = host.getExtension(TeaVMWasmHost.class);
    if (wasm != null) {
      wasm.add(context -> new Instructions());
      host.add(new RoomyHeap());
    }
  }

  /** Makes instructions of methods that would be imports from a browser. */
  private static final class Instructions implements WasmIntrinsic {
    private static final Map<MethodReference, WasmFloatUnaryOperation> OPERATIONS =
        Map.of(
            math("sqrt"), WasmFloatUnaryOperation.SQRT,
            math("floor"), WasmFloatUnaryOperation.FLOOR,
            math("ceil"), WasmFloatUnaryOperation.CEIL);

    /** What System.nanoTime asks. A guest's clocks stand still, and this one at zero. */
    private static final MethodReference NANO_TIME =
        new MethodReference(System.class, "nanoTimeWasm", double.class);

    private static MethodReference math(String name) {
      return new MethodReference(Math.class, name, double.class, double.class);
    }

    @Override
    public boolean isApplicable(MethodReference method) {
      return OPERATIONS.containsKey(method) || method.equals(NANO_TIME);
    }

    @Override
    public WasmExpression apply(InvocationExpr invocation, WasmIntrinsicManager manager) {
      WasmFloatUnaryOperation operation = OPERATIONS.get(invocation.getMethod());
      if (operation == null) {
        return new WasmFloat64Constant(0);
      }
      WasmExpression operand = manager.generate(invocation.getArguments().get(0));
      return new WasmFloatUnary(WasmFloatType.FLOAT64, operation, operand);
    }
  }

  /**
   * Lets the heap grow by enough. TeaVM asks for what a large object lacks and rounds up to eight
   * bytes, but uses a free piece only if it fits exactly or leaves eight bytes over: half of all
   * sizes ended in "Out of memory" with nearly all of it unused.
   */
  private static final class RoomyHeap implements ClassHolderTransformer {
    private static final MethodDescriptor SIZE_WANTED =
        new MethodDescriptor("computeMinRequestedSize", int.class, long.class);
    private static final int SPARE_BYTES = 16;

    @Override
    public void transformClass(ClassHolder type, ClassHolderTransformerContext context) {
      if (type.getName().equals(GC.class.getName())) {
        ProgramEmitter method =
            ProgramEmitter.create(type.getMethod(SIZE_WANTED), context.getHierarchy());
        method
            .invoke(GC.class, "availableBytes", long.class)
            .add(method.var(1, int.class).cast(long.class))
            .add(SPARE_BYTES)
            .returnValue();
      }
    }
  }
}
