package io.banyan.compute;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.internal.ClassCollector;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;

/**
 * The classes that Endive's compiler makes of one module: gathered, changed, and defined in a class
 * loader of their own, so that they go when the module goes. Confined to the compiler's thread.
 */
final class MachineClasses implements ClassCollector {
  /* The compiler copies Shaded, of 100 KiB, into every module; ours use it where it is. */
  private static final byte[] SHADED_STUB =
      ClassFile.of().build(ClassDesc.of("run.endive.compiler.internal.Shaded"), builder -> {});

  private static final byte[] SITE_FILE = Brake.siteClass();

  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private String mainClassName = "";

  @Override
  public String mainClassName() {
    return mainClassName;
  }

  @Override
  public void putMainClass(String className, byte[] bytes) {
    mainClassName = className;
    put(className, bytes);
  }

  @Override
  public void put(String className, byte[] bytes) {
    files.put(className.replace('/', '.'), bytes); // some come with dots, some with slashes
  }

  @Override
  public void putAll(ClassCollector collector) {
    files.putAll(collector.classBytes());
  }

  @Override
  public Map<String, byte[]> classBytes() {
    return Collections.unmodifiableMap(files);
  }

  @Override
  public byte[] resolve(Class<?> ignored) {
    return SHADED_STUB;
  }

  /** What makes a machine for an instance; the JVM has verified its classes. */
  Function<Instance, Machine> machine(
      Rewritten module, Brake brake, Map<String, Integer> codeBytes) {
    String shadedCopy = mainClassName.replace('.', '/') + "Shaded";
    files.remove(mainClassName + "Shaded");
    Map<String, byte[]> patched = new HashMap<>();
    files.forEach(
        (name, file) -> {
          MachineClass machineClass = new MachineClass(file, shadedCopy, module);
          patched.put(name, machineClass.patched());
          codeBytes.putAll(machineClass.codeBytes());
        });
    patched.put(Brake.SITE_CLASS, SITE_FILE);
    Loader loader = new Loader(patched, brake);
    try {
      for (String name : files.keySet()) {
        Class.forName(name, true, loader); // the verifier sees it now, not at the first call
      }
      MethodHandle made =
          MethodHandles.publicLookup()
              .findConstructor(
                  Class.forName(mainClassName, true, loader),
                  MethodType.methodType(void.class, Instance.class))
              .asType(MethodType.methodType(Machine.class, Instance.class));
      return instance -> make(made, instance);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the engine generates no machine: " + mainClassName, e);
    }
  }

  private static Machine make(MethodHandle constructor, Instance instance) {
    try {
      return (Machine) constructor.invokeExact(instance);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Knows the classes of one module, by their bytes until they are needed. */
  static final class Loader extends ClassLoader {
    private final Map<String, byte[]> files;
    private final Brake brake;

    Loader(Map<String, byte[]> files, Brake brake) {
      super("guest", FlatMemory.class.getClassLoader());
      this.files = files;
      this.brake = brake;
    }

    Brake brake() {
      return brake;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        byte @Nullable [] file = files.remove(name);
        return file == null
            ? super.loadClass(name, resolve)
            : defineClass(name, file, 0, file.length);
      }
    }
  }
}
