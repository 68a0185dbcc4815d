package io.banyan.delegation.simulation;
public final class BigRun {
  public static void main(String[] a) {
    int nodes = Integer.parseInt(a[0]); int leaves = Integer.parseInt(a[1]); int fan = Integer.parseInt(a[2]);
    double leafSeconds = Double.parseDouble(a[3]); double churn = Double.parseDouble(a[4]); int workers = a.length > 5 ? Integer.parseInt(a[5]) : 1;
    Workload w = new Workload(1, nodes, workers, leaves, leafSeconds, 0.3, 1, 16, fan, churn, 0, 2);
    long t = System.nanoTime();
    Measured m = LargeNetwork.run(w);
    double s = (System.nanoTime() - t) / 1e9;
    System.err.println(m);
    System.err.printf("ratio %.3f messages/leaf %.2f events/s %.0f in %.1f s heap %d MB%n", m.ratio(), m.messagesPerLeaf(), m.events() / s, s, (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
  }
}
