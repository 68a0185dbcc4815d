import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bad network between nodes in namespaces of their own, in user space, since not every kernel has
 * netem: {@code java --enable-native-access=ALL-UNNAMED scripts/faults/Wire.java SEED COUNT}.
 *
 * <p>Makes the TUN devices {@code wire1} to {@code wireCOUNT}, says {@code ready}, and carries IPv4
 * packets between them until its input ends; what is for a.b.c.K leaves by {@code wireK}, in
 * whichever namespace that is by then. What it does to packets on the way, commands on its input
 * say, each answered by a line:
 *
 * <ul>
 *   <li>{@code path FROM TO loss=0.1 copy=0.05 late=0.1 delay=20}: of the packets from one device
 *       to another lose a tenth, send a twentieth twice, keep a tenth back for up to 50 ms more so
 *       that others overtake them, and all for 20 ms. What is not named is 0. One direction only.
 *   <li>{@code count}: answered by {@code passed=… lost=… copied=… late=…}, since the last time.
 * </ul>
 */
final class Wire {
  private static final String DEVICE = "/dev/net/tun";
  private static final int O_RDWR = 2;
  private static final long TUNSETIFF = 0x400454caL; // linux/if_tun.h
  private static final short IFF_TUN_NO_PI = 0x1001;
  private static final int NAME_BYTES = 16; // IFNAMSIZ
  private static final int REQUEST_BYTES = 40; // struct ifreq
  private static final int PACKET_BYTES_MAX = 1 << 16;
  private static final int HEADER_BYTES = 20; // IPv4's, without options
  private static final int DESTINATION_LAST = 19; // the last byte of its destination
  private static final int WAITING_MAX = 16_384; // packets; more are lost, as on a real path
  private static final long LATE_NANOS_MAX = 50_000_000; // 50 ms

  private final List<Integer> devices = new ArrayList<>(); // file descriptors
  private final Path[][] paths;
  private final DelayQueue<Waiting> waiting = new DelayQueue<>();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong passed = new AtomicLong();
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong late = new AtomicLong();

  /** What happens to packets in one direction; probabilities. */
  private record Rules(double loss, double copy, double late, long delayNanos) {
    static final Rules NONE = new Rules(0, 0, 0, 0);
  }

  private static final class Path {
    final SplittableRandom random; // of the thread that reads the sender's device
    volatile Rules rules = Rules.NONE; // set by the commands' thread

    Path(SplittableRandom random) {
      this.random = random;
    }
  }

  /** A packet that is not due yet. */
  private record Waiting(long dueNanos, int device, byte[] packet) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  private Wire(long seed, int count) {
    paths = new Path[count][count];
    SplittableRandom random = new SplittableRandom(seed);
    for (Path[] from : paths) {
      for (int to = 0; to < count; to++) {
        from[to] = new Path(random.split());
      }
    }
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("wire: SEED COUNT");
      System.exit(2);
    }
    Wire wire = new Wire(Long.parseLong(arguments[0]), Integer.parseInt(arguments[1]));
    for (int i = 0; i < wire.paths.length; i++) {
      wire.devices.add(Native.device("wire" + (i + 1)));
    }
    for (int i = 0; i < wire.paths.length; i++) {
      int from = i;
      Thread.ofPlatform().daemon().start(() -> wire.carry(from));
    }
    Thread.ofPlatform().daemon().start(wire::release);
    System.out.println("ready");
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      System.out.println(wire.obey(line.split(" ")));
    }
  }

  private String obey(String[] words) {
    return switch (words[0]) {
      case "path" -> {
        paths[Integer.parseInt(words[1]) - 1][Integer.parseInt(words[2]) - 1].rules = rules(words);
        yield "ok";
      }
      case "count" ->
          String.format(
              Locale.ROOT,
              "passed=%d lost=%d copied=%d late=%d",
              passed.getAndSet(0),
              lost.getAndSet(0),
              copied.getAndSet(0),
              late.getAndSet(0));
      default -> "there is no command " + words[0];
    };
  }

  private static Rules rules(String[] words) {
    double loss = 0;
    double copy = 0;
    double late = 0;
    long delayNanos = 0;
    for (int i = 3; i < words.length; i++) {
      String[] pair = words[i].split("=", 2);
      double value = Double.parseDouble(pair[1]);
      switch (pair[0]) {
        case "loss" -> loss = value;
        case "copy" -> copy = value;
        case "late" -> late = value;
        case "delay" -> delayNanos = (long) (value * 1e6);
        default -> throw new IllegalArgumentException("there is no rule " + pair[0]);
      }
    }
    return new Rules(loss, copy, late, delayNanos);
  }

  /** Reads what one device sends, and decides what becomes of it. */
  private void carry(int from) {
    int device = devices.get(from);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(PACKET_BYTES_MAX);
      while (true) {
        int length = Native.read(device, buffer);
        if (length < 0) {
          Thread.sleep(10); // it is between two namespaces
        }
        if (length < HEADER_BYTES || buffer.get(ValueLayout.JAVA_BYTE, 0) >> 4 != 4) {
          continue; // IPv6 looks for its neighbours
        }
        int to = Byte.toUnsignedInt(buffer.get(ValueLayout.JAVA_BYTE, DESTINATION_LAST)) - 1;
        if (to >= 0 && to < paths.length && to != from) {
          send(
              paths[from][to],
              devices.get(to),
              buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it.
    }
  }

  private void send(Path path, int device, byte[] packet) {
    Rules rules = path.rules;
    int times = path.random.nextDouble() < rules.copy ? 2 : 1;
    copied.addAndGet(times - 1L);
    for (int i = 0; i < times; i++) {
      if (path.random.nextDouble() < rules.loss) {
        lost.incrementAndGet();
        continue;
      }
      long delayNanos = rules.delayNanos;
      if (path.random.nextDouble() < rules.late) {
        late.incrementAndGet();
        delayNanos += path.random.nextLong(LATE_NANOS_MAX);
      }
      passed.incrementAndGet();
      if (delayNanos == 0) {
        Native.write(device, packet);
      } else if (waiting.size() < WAITING_MAX) {
        waiting.add(new Waiting(System.nanoTime() + delayNanos, device, packet));
      }
    }
  }

  private void release() {
    while (true) {
      try {
        Waiting next = waiting.take();
        Native.write(next.device(), next.packet());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** The four calls of the C library that it takes. */
  private static final class Native {
    private static final MethodHandle OPEN =
        handle(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle IOCTL =
        handle(
            "ioctl",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle READ = handle("read", transfer());
    private static final MethodHandle WRITE = handle("write", transfer());

    private Native() {}

    private static FunctionDescriptor transfer() {
      return FunctionDescriptor.of(
          ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    }

    private static MethodHandle handle(
        String name, FunctionDescriptor descriptor, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      return linker.downcallHandle(library.findOrThrow(name), descriptor, options);
    }

    /** Makes a TUN device; it goes when this process does. */
    static int device(String name) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        int device = (int) OPEN.invokeExact(arena.allocateFrom(DEVICE), O_RDWR);
        if (device < 0) {
          throw new IOException("cannot open " + DEVICE);
        }
        MemorySegment request = arena.allocate(REQUEST_BYTES);
        request.setString(0, name);
        request.set(ValueLayout.JAVA_SHORT, NAME_BYTES, IFF_TUN_NO_PI);
        if ((int) IOCTL.invokeExact(device, TUNSETIFF, request) < 0) {
          throw new IOException("cannot make the device " + name);
        }
        return device;
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("a call of the C library", e);
      }
    }

    static int read(int device, MemorySegment buffer) {
      try {
        return (int) (long) READ.invokeExact(device, buffer, buffer.byteSize());
      } catch (Throwable e) {
        throw new IllegalStateException("a call of the C library", e);
      }
    }

    /** A device that takes nothing now loses the packet. */
    static void write(int device, byte[] packet) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, packet);
        long unused = (long) WRITE.invokeExact(device, bytes, bytes.byteSize());
      } catch (Throwable e) {
        throw new IllegalStateException("a call of the C library", e);
      }
    }
  }
}
