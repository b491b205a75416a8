package dev.caravan.route;

import dev.caravan.batch.OffsetRange;
import dev.caravan.kamelet.KameletCatalog;
import dev.caravan.kamelet.KameletParameter;
import dev.caravan.pipeline.PipelineSpec;
import dev.caravan.pipeline.Step;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What an author has given to the secret parameters of steps. A Kamelet for single messages has them as text, and Camel
 * and its components put what they were given into the sentences of their failures: those are told without them.
 */
record SecretValues(List<String> values) {
    private static final String HIDDEN = "***";

    /** Shorter ones are in every other sentence. */
    private static final int SHORTEST = 4;

    static SecretValues of(PipelineSpec spec, KameletCatalog catalog) {
        return of(spec.steps().stream()
                .flatMap(step -> of(step, catalog))
                .flatMap(value -> Stream.of(value, URLEncoder.encode(value, StandardCharsets.UTF_8)))
                .filter(value -> value.length() >= SHORTEST));
    }

    static SecretValues all(Stream<SecretValues> some) {
        return of(some.flatMap(one -> one.values().stream()));
    }

    /** The longest first, for one may be a part of another. */
    private static SecretValues of(Stream<String> values) {
        return new SecretValues(values.distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    private static Stream<String> of(Step step, KameletCatalog catalog) {
        return catalog.find(step.kamelet()).stream()
                .flatMap(definition -> definition.parameters().values().stream())
                .filter(KameletParameter::secret)
                .flatMap(parameter -> Optional.ofNullable(step.properties().get(parameter.name())).stream())
                .map(String::valueOf);
    }

    String hiddenIn(String text) {
        String told = text;
        for (String value : values) {
            told = told.replace(value, HIDDEN);
        }
        return told;
    }

    @Override
    public String toString() {
        return "SecretValues[" + values.size() + "]";
    }

    /** Passes on what a source says, without secrets. */
    record Listener(SourceListener listener, Supplier<SecretValues> secrets) implements SourceListener {
        @Override
        public void assigned(String pipeline, int partitions) {
            listener.assigned(pipeline, partitions);
        }

        @Override
        public void committed(String pipeline, OffsetRange range) {
            listener.committed(pipeline, range);
        }

        @Override
        public void delayed(String pipeline, String reason, String message, Duration nextTry) {
            listener.delayed(pipeline, reason, secrets.get().hiddenIn(message), nextTry);
        }

        @Override
        public void halted(String pipeline, String reason, String message) {
            listener.halted(pipeline, reason, secrets.get().hiddenIn(message));
        }

        @Override
        public void dropped(String pipeline, String reason, String message) {
            listener.dropped(pipeline, reason, secrets.get().hiddenIn(message));
        }

        @Override
        public void signalsRefused(String pipeline, String message) {
            listener.signalsRefused(pipeline, message);
        }

        @Override
        public void fenced(String pipeline, String message) {
            listener.fenced(pipeline, message);
        }
    }
}
