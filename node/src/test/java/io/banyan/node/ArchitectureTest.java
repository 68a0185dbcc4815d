package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds all modules' classes to {@link Architecture}, and shows that its rules can fail. */
final class ArchitectureTest {
  /** So that no rule passes on nothing; about half of what was there when last raised. */
  private static final Map<String, Integer> CLASS_COUNT_MIN =
      Map.of("schema", 60, "trust", 5, "compute", 30, "delegation", 7, "p2p", 40, "node", 20);

  private static final Architecture HOUSE = new Architecture("io.banyan");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("test-classes"))
          .importPackages("io.banyan");

  private static final Architecture PLANTED = new Architecture("io.banyan.node.planted");
  private static final JavaClasses PLANTED_CLASSES =
      new ClassFileImporter().importPackages("io.banyan.node.planted");

  static final Iterable<String> MODULES = Architecture.MODULES.keySet();
  static final Iterable<String> PURE = Architecture.PURE;

  @ParameterizedTest
  @FieldSource("MODULES")
  void moduleFollowsItsArrows(String module) {
    HOUSE.arrowsOf(module).check(CLASSES);
  }

  @Test
  void onlyTheCodecSeesGeneratedCode() {
    HOUSE.wireIsTheCodecsOwn().check(CLASSES);
  }

  @ParameterizedTest
  @FieldSource("PURE")
  void pureModuleKeepsOutOfTheWorld(String module) {
    HOUSE.usesNothingWorldly(module).check(CLASSES);
    HOUSE.callsNothingWorldly(module).check(CLASSES);
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void moduleHasTheClassesTheRulesAreFor(String module) {
    long count =
        CLASSES.stream()
            .filter(type -> (type.getPackageName() + ".").startsWith("io.banyan." + module + "."))
            .count();

    assertTrue(
        count >= CLASS_COUNT_MIN.get(module), module + " has " + count + " classes in sight");
  }

  @Test
  void everyClassBelongsToAModule() {
    assertEquals(
        0,
        CLASSES.stream()
            .filter(
                type ->
                    Architecture.MODULES.keySet().stream()
                        .noneMatch(
                            module ->
                                (type.getPackageName() + ".")
                                    .startsWith("io.banyan." + module + ".")))
            .count());
  }

  @ParameterizedTest
  @MethodSource("plantedViolations")
  void ruleFindsWhatWasPlanted(ArchRule rule, String violation) {
    String report = rule.evaluate(PLANTED_CLASSES).getFailureReport().toString();

    assertTrue(report.contains(violation), () -> violation + " is not in: " + report);
  }

  static Stream<Arguments> plantedViolations() {
    return Stream.of(
        Arguments.of(PLANTED.arrowsOf("trust"), "planted.delegation.Worldly"),
        Arguments.of(PLANTED.arrowsOf("delegation"), "com.google.gson.Gson"),
        Arguments.of(PLANTED.wireIsTheCodecsOwn(), "planted.schema.wire.Generated"),
        Arguments.of(PLANTED.usesNothingWorldly("delegation"), "java.lang.Thread"),
        Arguments.of(PLANTED.usesNothingWorldly("delegation"), "java.net.Socket"),
        Arguments.of(PLANTED.usesNothingWorldly("delegation"), "java.nio.file.Path"),
        Arguments.of(PLANTED.usesNothingWorldly("delegation"), "java.io.FileInputStream"),
        Arguments.of(PLANTED.usesNothingWorldly("delegation"), "java.util.concurrent.locks.Lock"),
        Arguments.of(PLANTED.callsNothingWorldly("delegation"), "java.lang.System.nanoTime"),
        Arguments.of(PLANTED.callsNothingWorldly("delegation"), "java.time.Instant.now"),
        Arguments.of(PLANTED.callsNothingWorldly("delegation"), "java.util.Random.<init>()"),
        Arguments.of(PLANTED.callsNothingWorldly("delegation"), "java.util.UUID.randomUUID"),
        Arguments.of(PLANTED.callsNothingWorldly("delegation"), "java.lang.Math.random"));
  }

  @Test
  void seededChanceIsNoViolation() {
    ArchRule rule = PLANTED.callsNothingWorldly("trust");

    assertFalse(rule.evaluate(PLANTED_CLASSES).hasViolation());
  }
}
