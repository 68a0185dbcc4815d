package io.banyan.compute;

/** What runs the code of a module. Calls come to the same outcome, output and fuel in each. */
public enum Engine {
  /** Makes JVM classes of the module, which the JVM interprets at first and compiles when hot. */
  COMPILER,
  /** Reads the module's instructions one by one: a hundred times slower, and another way. */
  INTERPRETER;

  Runner runner() {
    return switch (this) {
      case COMPILER -> new EndiveRunner();
      case INTERPRETER -> new InterpretingRunner();
    };
  }
}
