package io.banyan.compute;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;

/**
 * Stops the guests of one compiled module at the next round of a loop, or call. Until it is pulled
 * it costs them nothing. Safe for any thread; guarded by itself.
 *
 * <p>Public for the classes that are generated of a module, and for nobody else.
 */
public final class Brake {
  /*
   * Where the engine would look at the thread's interrupt flag, a volatile field, generated code
   * has a call site whose target does nothing. The JVM compiles that to no code at all, and notes
   * that what it compiled rests on it. Pulling the brake gives the site another target: at their
   * next safepoint poll the module's methods are taken back to the interpreter, and come to look.
   */
  private static final MethodType NOTHING = MethodType.methodType(void.class);
  private static final MethodHandle PASS = MethodHandles.empty(NOTHING);
  private static final MethodHandle LOOK = look();

  /** The class with the call site, of which each module gets its own. */
  static final String SITE_CLASS = "io.banyan.guest.Site";

  static final String SITE_METHOD = "look";

  private final MutableCallSite site = new MutableCallSite(PASS);
  private int pulls;

  private static MethodHandle look() {
    try {
      return MethodHandles.lookup()
          .findStatic(CallEndException.class, "throwIfInterrupted", NOTHING);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The class file of {@link #SITE_CLASS}: one method that invokes a site of {@link #link}. */
  static byte[] siteClass() {
    DirectMethodHandleDesc link =
        MethodHandleDesc.ofMethod(
            DirectMethodHandleDesc.Kind.STATIC,
            ClassDesc.of(Brake.class.getName()),
            "link",
            MethodTypeDesc.of(
                ConstantDescs.CD_CallSite,
                ConstantDescs.CD_MethodHandles_Lookup,
                ConstantDescs.CD_String,
                ConstantDescs.CD_MethodType));
    return ClassFile.of()
        .build(
            ClassDesc.of(SITE_CLASS),
            file ->
                file.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL)
                    .withMethodBody(
                        SITE_METHOD,
                        ConstantDescs.MTD_void,
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                        code ->
                            code.invokedynamic(
                                    DynamicCallSiteDesc.of(
                                        link, SITE_METHOD, ConstantDescs.MTD_void))
                                .return_()));
  }

  /** The JVM's question which site {@link #SITE_CLASS} invokes. */
  public static CallSite link(MethodHandles.Lookup caller, String name, MethodType type) {
    if (caller.lookupClass().getClassLoader() instanceof MachineClasses.Loader loader) {
      return loader.brake().site;
    }
    throw new IllegalStateException(caller + " is no class of a module");
  }

  /** Has interrupted threads stop. Each pull has to be released. */
  synchronized void pull() {
    if (pulls++ == 0) {
      aim(LOOK);
    }
  }

  synchronized void release() {
    if (--pulls == 0) {
      aim(PASS);
    }
  }

  private void aim(MethodHandle target) {
    site.setTarget(target);
    MutableCallSite.syncAll(new MutableCallSite[] {site});
  }
}
