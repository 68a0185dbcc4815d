package io.banyan.compute;

import java.util.List;
import run.endive.runtime.InterpreterMachine;
import run.endive.wasm.Parser;

/**
 * Endive's interpreter: a hundred times slower than {@link EndiveRunner}, and the same outcomes,
 * outputs and fuel by another way. What the two disagree on is a fault of ours. Safe for any
 * thread.
 */
final class InterpretingRunner implements Runner {
  @Override
  public Program compile(Rewritten module) throws RefusedException {
    try {
      return new EndiveProgram(
          module.withoutBytes(),
          Parser.parse(module.wasm()),
          InterpreterMachine::new,
          new Brake(), // pulls nothing: the interpreter looks by itself
          false,
          List.of());
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      throw new RefusedException(Rule.ENGINE, "the engine does not take the module: " + e);
    }
  }
}
