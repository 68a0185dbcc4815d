package io.banyan.node.cli;

import io.banyan.delegation.simulation.Measured;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Makespan and messages against the number of nodes, both axes logarithmic: trees as circles, stars
 * as squares, the lower bound as a line.
 */
record SimulationPicture(List<SimulatedRun> runs) {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 320;
  private static final int MARGIN = 60;

  private record Axis(double least, double most) {
    static Axis over(List<SimulatedRun> runs, List<ToDoubleFunction<Measured>> values) {
      double least = Double.MAX_VALUE;
      double most = Double.MIN_VALUE;
      for (SimulatedRun run : runs) {
        for (ToDoubleFunction<Measured> value : values) {
          least = Math.min(least, value.applyAsDouble(run.measured()));
          most = Math.max(most, value.applyAsDouble(run.measured()));
        }
      }
      return new Axis(least / 1.5, most * 1.5); // what is drawn keeps off the edges
    }

    double share(double value) {
      return Math.log(value / least) / Math.log(most / least);
    }
  }

  String svg() {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            .formatted(2 * WIDTH, HEIGHT)
        + chart(
            0,
            "makespan, s (line: lower bound)",
            List.of(Measured::makespanSeconds, Measured::boundSeconds))
        + chart(WIDTH, "messages a leaf", List.of(Measured::messagesPerLeaf))
        + "</svg>\n";
  }

  /** The first of {@code values} is drawn as points, the second as a line. */
  private String chart(int left, String title, List<ToDoubleFunction<Measured>> values) {
    Axis nodes = Axis.over(runs, List.of(measured -> measured.workload().nodes()));
    Axis axis = Axis.over(runs, values);
    StringBuilder chart = new StringBuilder();
    chart.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"30\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>%n",
            left + MARGIN,
            WIDTH - MARGIN - 20,
            HEIGHT - MARGIN - 30));
    chart.append(
        String.format(Locale.ROOT, "<text x=\"%d\" y=\"20\">%s</text>%n", left + MARGIN, title));
    chart.append(
        String.format(
            Locale.ROOT, "<text x=\"%d\" y=\"%d\">nodes</text>%n", left + WIDTH / 2, HEIGHT - 10));
    StringBuilder bound = new StringBuilder();
    for (SimulatedRun run : runs) {
      Measured measured = run.measured();
      double x = x(left, nodes.share(measured.workload().nodes()));
      double value = values.getFirst().applyAsDouble(measured);
      double y = y(axis.share(value));
      chart.append(
          run.isStar()
              ? String.format(
                  Locale.ROOT,
                  "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\"/>%n",
                  x - 4,
                  y - 4)
              : String.format(
                  Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#06c\"/>%n", x, y));
      chart.append(
          String.format(
              Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%.3g</text>%n", x + 6, y - 6, value));
      chart.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>%n",
              x,
              HEIGHT - MARGIN + 18,
              measured.workload().nodes()));
      if (values.size() > 1 && !run.isStar()) {
        double low = y(axis.share(values.getLast().applyAsDouble(measured)));
        bound.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, low));
      }
    }
    if (!bound.isEmpty()) {
      chart.append(
          String.format(
              Locale.ROOT,
              "<polyline points=\"%s\" fill=\"none\" stroke=\"#c60\"/>%n",
              bound.toString().trim()));
    }
    return chart.toString();
  }

  private static double x(int left, double share) {
    return left + MARGIN + share * (WIDTH - MARGIN - 20);
  }

  private static double y(double share) {
    return HEIGHT - MARGIN - share * (HEIGHT - MARGIN - 30);
  }
}
