package io.banyan.compute;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * A measured figure, that of the median turn; less is better unless it says otherwise.
 *
 * @param spread the largest turn's value less the smallest's, by the median
 */
record BenchFigure(
    String name,
    double value,
    String unit,
    int runs,
    double spread,
    Optional<Ratio> ratio,
    Optional<Goal> goal) {
  BenchFigure(String name, double value, String unit, int runs, double spread) {
    this(name, value, unit, runs, spread, Optional.empty(), Optional.empty());
  }

  /** How many times the baseline's value it is: the median of the turns' own ratios. */
  record Ratio(String baseline, double value) {}

  /** What it should come to, in its ratio if it has one. */
  record Goal(double value, boolean moreIsBetter) {}

  /** Sorts {@code values}. */
  static BenchFigure of(String name, String unit, double... values) {
    double median = median(values);
    double spread = (values[values.length - 1] - values[0]) / median;
    return new BenchFigure(name, median, unit, values.length, spread);
  }

  /** Sorts {@code values}. */
  static double median(double... values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  BenchFigure to(String baseline, double ratio) {
    return new BenchFigure(
        name, value, unit, runs, spread, Optional.of(new Ratio(baseline, ratio)), goal);
  }

  BenchFigure atMost(double most) {
    return withGoal(new Goal(most, false));
  }

  BenchFigure atLeast(double least) {
    return withGoal(new Goal(least, true));
  }

  private BenchFigure withGoal(Goal wanted) {
    return new BenchFigure(name, value, unit, runs, spread, ratio, Optional.of(wanted));
  }

  private double judged() {
    return ratio.map(Ratio::value).orElse(value);
  }

  private boolean meets(Goal wanted) {
    return wanted.moreIsBetter() ? judged() >= wanted.value() : judged() <= wanted.value();
  }

  /** A JSON line to standard output, a line of a table to standard error. */
  void print() {
    StringJoiner json = new StringJoiner(",", "{", "}");
    json.add("\"bench\":\"" + name + "\"").add("\"value\":" + number(value));
    json.add("\"unit\":\"" + unit + "\"");
    ratio.ifPresent(
        to ->
            json.add("\"baseline\":\"" + to.baseline() + "\"")
                .add("\"ratio\":" + number(to.value())));
    goal.ifPresent(
        wanted ->
            json.add("\"goal\":" + number(wanted.value()))
                .add("\"of\":\"" + (ratio.isPresent() ? "ratio" : "value") + "\"")
                .add("\"better\":\"" + (wanted.moreIsBetter() ? "higher" : "lower") + "\"")
                .add("\"ok\":" + meets(wanted)));
    json.add("\"runs\":" + runs).add("\"spread\":" + number(spread));
    System.out.println(json);

    StringBuilder row = new StringBuilder();
    row.append("%-28s %10s %-4s".formatted(name, number(value), unit));
    ratio.ifPresent(to -> row.append("  %s %s".formatted(number(to.value()), to.baseline())));
    goal.ifPresent(
        wanted ->
            row.append(
                "  goal %s%s".formatted(number(wanted.value()), meets(wanted) ? "" : ": MISSED")));
    System.err.println(row);
  }

  private static String number(double number) {
    return number >= 1000
        ? String.format(Locale.ROOT, "%.0f", number)
        : String.format(Locale.ROOT, "%.4g", number);
  }
}
