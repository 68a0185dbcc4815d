package banyan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.teavm.backend.wasm.runtime.WasmSupport;
import org.teavm.interop.Address;
import org.teavm.interop.Export;
import org.teavm.interop.Import;

/**
 * The guest kit: what Java methods need to be a Banyan module. A job's {@code main} says which
 * method does what, and does nothing else:
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *   Banyan.execute(Job::execute);
 *   Banyan.merge(Job::merge);
 * }
 * }</pre>
 *
 * What is not named there, the module does not export. Every call happens in a fresh instance, in
 * which {@code main} has run and then {@code configure}, so that what they left in static fields is
 * there, and nothing of other calls. An exception that leaves a method ends the call, and its text
 * is what the user sees.
 */
public final class Banyan {
  /*
   * TeaVM compiles what can be reached from main, and exports a method when its class is reached.
   * That is why each export has a class of its own, with the method that it calls in a static field.
   */

  private Banyan() {}

  /** The value of one chunk. */
  public static void execute(UnaryOperator<byte[]> function) {
    Execute.function = function;
  }

  /** One value from those of the children, in order; it must take its own results too. */
  public static void merge(Function<byte[][], byte[]> function) {
    Merge.function = function;
  }

  /** An input cut into 1 to 4096 parts. */
  public static void split(Function<byte[], byte[][]> function) {
    Split.function = function;
  }

  /** Takes the job's params and its shared blobs, before any other call. */
  public static void configure(BiConsumer<byte[], byte[][]> function) {
    Configure.function = function;
  }

  /** A line in the log of whoever runs this call: 0 error, 1 warning, 2 information, 3 detail. */
  public static void log(int level, String sentence) {
    byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
    hostLog(level, Address.ofData(text), text.length);
  }

  /** How far this call has come, 0 to 1000. */
  @Import(module = "banyan", name = "progress")
  public static native void progress(int permille);

  /** Which leaf a chunk of an index:C job stands for: 0 to C − 1. */
  public static long leafIndex(byte[] chunk) {
    return leaf(chunk).getLong(0);
  }

  /** How many leaves an index:C job has: C. */
  public static long leafCount(byte[] chunk) {
    return leaf(chunk).getLong(Long.BYTES);
  }

  private static ByteBuffer leaf(byte[] chunk) {
    if (chunk.length != 2 * Long.BYTES) {
      throw new IllegalArgumentException(
          "this module works on leaf numbers; run it with --split index:C and no input");
    }
    return ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
  }

  // ---- The guest interface ---------------------------------------------------------------------

  /**
   * What the host writes into: it asks for room, writes, and calls, so that no collection moves it.
   */
  private static byte[] input = {};

  @Export(name = "alloc")
  static Address alloc(int length) {
    input = new byte[length];
    return Address.ofData(input);
  }

  /**
   * Runs the static initializers that TeaVM took out of the code, and then main. The host calls it
   * once, first of all; TeaVM's own name for it, _start, is the one of programs that are not called
   * again.
   */
  @Export(name = "_initialize")
  static void initialize() {
    WasmSupport.runWithArgs(new String[0]);
  }

  private static final class Execute {
    static UnaryOperator<byte[]> function;

    @Export(name = "execute")
    static long execute(Address at, int length) {
      try {
        return result(function.apply(input));
      } catch (Throwable e) {
        return fail(e);
      }
    }
  }

  private static final class Merge {
    static Function<byte[][], byte[]> function;

    @Export(name = "merge")
    static long merge(Address at, int length) {
      try {
        return result(function.apply(items(0)));
      } catch (Throwable e) {
        return fail(e);
      }
    }
  }

  private static final class Split {
    static Function<byte[], byte[][]> function;

    @Export(name = "split")
    static long split(Address at, int length) {
      try {
        return result(list(function.apply(input)));
      } catch (Throwable e) {
        return fail(e);
      }
    }
  }

  private static final class Configure {
    static BiConsumer<byte[], byte[][]> function;

    @Export(name = "configure")
    static void configure(Address at, int length) {
      try {
        function.accept(items(0)[0], items(1));
      } catch (Throwable e) {
        fail(e);
      }
    }
  }

  /** Where a result lies: its address in the upper half, its length in the lower one. */
  private static long result(byte[] bytes) {
    return Address.ofData(bytes).toLong() << 32 | bytes.length;
  }

  /** The list in the input from an item on: u32le count, then u32le length and bytes of each. */
  private static byte[][] items(int first) {
    ByteBuffer list = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    int count = list.getInt();
    byte[][] items = new byte[count - first][];
    for (int i = 0; i < count; i++) {
      byte[] item = new byte[list.getInt()];
      list.get(item);
      if (i >= first) {
        items[i - first] = item;
      }
    }
    return items;
  }

  private static byte[] list(byte[][] items) {
    int length = Integer.BYTES;
    for (byte[] item : items) {
      length = Math.addExact(length, Integer.BYTES + item.length);
    }
    ByteBuffer list = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    list.putInt(items.length);
    for (byte[] item : items) {
      list.putInt(item.length).put(item);
    }
    return list.array();
  }

  private static long fail(Throwable e) {
    byte[] text = e.toString().getBytes(StandardCharsets.UTF_8);
    hostFail(Address.ofData(text), text.length);
    throw new IllegalStateException("the host does not come back from fail");
  }

  @Import(module = "banyan", name = "log")
  private static native void hostLog(int level, Address at, int length);

  @Import(module = "banyan", name = "fail")
  private static native void hostFail(Address at, int length);
}
