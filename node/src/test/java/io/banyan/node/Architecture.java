package io.banyan.node;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arrows between the modules, and what the pure ones may not touch, as rules over the packages
 * below one root: {@code io.banyan}, or a root with planted violations.
 */
record Architecture(String root) {
  /** The modules, each with those it may use. */
  static final Map<String, Set<String>> MODULES =
      Map.of(
          "schema", Set.of(),
          "trust", Set.of("schema"),
          "compute", Set.of("schema"),
          "delegation", Set.of("schema", "trust"),
          "p2p", Set.of("schema", "trust"),
          "node", Set.of("schema", "trust", "compute", "delegation", "p2p"));

  /** Libraries that belong to some modules; a library that stands nowhere here is refused. */
  private static final Map<String, Set<String>> LIBRARIES =
      Map.of(
          "schema", Set.of("org.capnproto"),
          "trust", Set.of("org.bouncycastle"),
          "compute", Set.of("run.endive"),
          "delegation", Set.of(),
          "p2p", Set.of("io.netty", "org.bouncycastle"),
          "node", Set.of("com.google.gson", "io.javalin", "io.micrometer", "org.sqlite", "picocli"));

  private static final List<String> EVERYWHERE =
      List.of("java..", "javax..", "org.jspecify..", "com.google.common..");

  /** Modules that decide, and touch nothing of the world around them. */
  static final List<String> PURE = List.of("schema", "trust", "delegation");

  private static final Set<String> WORLDLY_PACKAGES =
      Set.of("java.net", "java.nio.channels", "java.nio.file", "java.util.concurrent");

  private static final Set<String> WORLDLY_CLASSES =
      Set.of(
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "java.lang.Thread",
          "java.lang.ThreadGroup",
          "java.lang.ThreadLocal",
          "java.security.SecureRandom",
          "java.time.Clock",
          "java.util.Timer");

  /** Words of {@code java.util.concurrent} that neither wait nor run anything. */
  private static final Set<String> HARMLESS_CLASSES = Set.of("java.util.concurrent.TimeUnit");

  /** What reads a clock, or draws at random without a seed, by name. */
  private static final Set<String> WORLDLY_METHODS =
      Set.of(
          "java.lang.Math.random",
          "java.lang.StrictMath.random",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.util.Collections.shuffle(java.util.List)",
          "java.util.Date.<init>()",
          "java.util.Random.<init>()",
          "java.util.SplittableRandom.<init>()",
          "java.util.UUID.randomUUID",
          "java.util.random.RandomGenerator.getDefault",
          "java.util.random.RandomGenerator.of",
          "java.util.random.RandomGeneratorFactory.create()");

  /** The module uses the modules its arrows lead to, its own libraries, the JDK, and nothing else. */
  ArchRule arrowsOf(String module) {
    List<String> allowed = new ArrayList<>(EVERYWHERE);
    allowed.add(within(module));
    MODULES.get(module).forEach(used -> allowed.add(within(used)));
    LIBRARIES.get(module).forEach(library -> allowed.add(library + ".."));
    return classes()
        .that()
        .resideInAPackage(within(module))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)));
  }

  /** Generated code is seen by the codec alone. */
  ArchRule wireIsTheCodecsOwn() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(root + ".schema", root + ".schema.wire")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(root + ".schema.wire");
  }

  /** No threads, sockets or files. */
  ArchRule usesNothingWorldly(String module) {
    return noClasses()
        .that()
        .resideInAPackage(within(module))
        .should()
        .dependOnClassesThat(describe("are threads, sockets or files", Architecture::isWorldly));
  }

  /** No clocks, and no chance without a seed. */
  ArchRule callsNothingWorldly(String module) {
    DescribedPredicate<JavaAccess<?>> worldly =
        describe("reads a clock or draws without a seed", access -> isWorldly(access));
    return noClasses().that().resideInAPackage(within(module)).should().accessTargetWhere(worldly);
  }

  String within(String module) {
    return root + "." + module + "..";
  }

  private static boolean isWorldly(JavaClass used) {
    String name = used.getBaseComponentType().getName();
    if (HARMLESS_CLASSES.contains(name)) {
      return false;
    }
    return WORLDLY_CLASSES.contains(name)
        || WORLDLY_PACKAGES.stream().anyMatch(folder -> name.startsWith(folder + "."))
        || name.startsWith("java.io.File")
        || name.equals("java.io.RandomAccessFile");
  }

  private static boolean isWorldly(JavaAccess<?> access) {
    if (!(access.getTarget() instanceof CodeUnitAccessTarget target)) {
      return false;
    }
    String owner = target.getOwner().getName();
    String name = owner + "." + target.getName();
    List<String> parameters =
        target.getRawParameterTypes().stream().map(JavaClass::getName).toList();
    return WORLDLY_METHODS.contains(name)
        || WORLDLY_METHODS.contains(name + "(" + String.join(",", parameters) + ")")
        || (owner.startsWith("java.time.") && target.getName().equals("now"));
  }
}
