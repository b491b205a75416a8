package dev.caravan.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testing.RunningCaravan;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Prometheus gets to read, in its text format. */
record Scrape(String text) {
    private static final Pattern SAMPLE =
            Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[^\"}]|\"(?:[^\"\\\\]|\\\\.)*\")*})? (\\S+)$");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    static Scrape of(RunningCaravan caravan) throws Exception {
        HttpResponse<String> answer = caravan.send(caravan.request("/observe/metrics"));
        assertThat(answer.statusCode()).isEqualTo(200);
        return new Scrape(answer.body());
    }

    private Stream<MatchResult> samples() {
        return SAMPLE.matcher(text).results();
    }

    Set<String> names() {
        return samples().map(sample -> sample.group(1)).collect(Collectors.toSet());
    }

    /**
     * The first sample that has the label.
     *
     * @param label empty for any
     * @return not a number when there is none
     */
    double value(String name, String label) {
        return samples()
                .filter(sample -> sample.group(1).equals(name))
                .filter(sample -> String.valueOf(sample.group(2)).contains(label))
                .mapToDouble(sample -> Double.parseDouble(sample.group(3)))
                .findFirst()
                .orElse(Double.NaN);
    }

    Set<String> labelNames(String metric) {
        return labels(metric).map(label -> label.group(1)).collect(Collectors.toSet());
    }

    Set<String> labelValues(String metric, String label) {
        return labels(metric)
                .filter(found -> found.group(1).equals(label))
                .map(found -> found.group(2))
                .collect(Collectors.toSet());
    }

    private Stream<MatchResult> labels(String metric) {
        return samples()
                .filter(sample -> sample.group(1).equals(metric) && sample.group(2) != null)
                .flatMap(sample -> LABEL.matcher(sample.group(2)).results());
    }

    /** Names of the metrics with a sample that has a word somewhere in its labels. */
    Set<String> naming(String word) {
        return samples()
                .filter(sample -> String.valueOf(sample.group(2)).contains(word))
                .map(sample -> sample.group(1))
                .collect(Collectors.toSet());
    }

    /** counter, gauge, histogram or summary; empty when there is no such metric. */
    String type(String metric) {
        return Pattern.compile("(?m)^# TYPE " + metric + " (\\w+)$")
                .matcher(text)
                .results()
                .map(line -> line.group(1))
                .findFirst()
                .orElse("");
    }
}
