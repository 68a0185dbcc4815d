import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.VirtualMachineManager;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.ClassPrepareRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Kills a JVM (-9) at one moment of its program, and not some milliseconds later: {@code java
 * scripts/faults/Moment.java CLASS METHOD COUNT}, where METHOD is entered for the COUNT-th time.
 * All of its threads stand still from then on.
 *
 * <p>First says {@code ready} and the address at which it waits for a JVM, which is to be started
 * with {@code -agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=ADDRESS}; a line of its
 * input is that JVM's process id. Says {@code killed} when that is done, and {@code over} if the
 * JVM ended by itself before.
 */
final class Moment {
  private final VirtualMachine vm;
  private final String className;
  private final String methodName;
  private int left;

  private Moment(VirtualMachine vm, String className, String methodName, int count) {
    this.vm = vm;
    this.className = className;
    this.methodName = methodName;
    this.left = count;
  }

  public static void main(String[] arguments) throws Exception {
    ListeningConnector connector = connector(Bootstrap.virtualMachineManager());
    Map<String, Connector.Argument> where = connector.defaultArguments();
    where.get("localAddress").setValue("127.0.0.1");
    System.out.println("ready " + connector.startListening(where));
    VirtualMachine vm = connector.accept(where);
    connector.stopListening(where);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    long pid = Long.parseLong(input.readLine());
    Moment moment = new Moment(vm, arguments[0], arguments[1], Integer.parseInt(arguments[2]));
    try {
      moment.await();
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      System.out.println("killed");
    } catch (VMDisconnectedException e) {
      System.out.println("over");
    }
  }

  private static ListeningConnector connector(VirtualMachineManager manager) {
    return manager.listeningConnectors().stream()
        .filter(connector -> connector.name().equals("com.sun.jdi.SocketListen"))
        .findFirst()
        .orElseThrow();
  }

  /** Returns when the moment has come, and everything stands still. */
  private void await() throws IOException, InterruptedException {
    ClassPrepareRequest prepared = vm.eventRequestManager().createClassPrepareRequest();
    prepared.addClassFilter(className);
    prepared.enable();
    for (ReferenceType type : vm.classesByName(className)) {
      if (type.isPrepared()) { // from the cache of the JDK, before there were events
        stopIn(type);
      }
    }
    while (true) {
      EventSet events = vm.eventQueue().remove();
      for (Event event : events) {
        switch (event) {
          case ClassPrepareEvent found -> stopIn(found.referenceType());
          case BreakpointEvent _ -> {
            if (--left == 0) {
              return;
            }
          }
          default -> {} // it began, or it was there before and counts
        }
      }
      events.resume();
    }
  }

  /** Private methods of that name are no moments: they are what others are made of. */
  private void stopIn(ReferenceType type) throws IOException {
    int count = 0;
    for (Method method : type.methodsByName(methodName)) {
      Location entry = method.location();
      if (!method.isPrivate() && entry != null) {
        vm.eventRequestManager().createBreakpointRequest(entry).enable();
        count++;
      }
    }
    if (count != 1) {
      throw new IOException(count + " methods are called " + className + "." + methodName);
    }
  }
}
