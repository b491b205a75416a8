package dev.caravan.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.trace.TraceContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolWriterTest {
    @TempDir
    Path directory;

    @Test
    void messagesStandOnLinesOfTheirOwnAsTheyCame() throws IOException {
        try (Spool spool = spool(Set.of(), "{\"a\":1}", "{ \"b\" : 2 }")) {
            assertThat(Files.readString(spool.file())).isEqualTo("{\"a\":1}\n{ \"b\" : 2 }\n");
            assertThat(spool.range()).isEqualTo(new OffsetRange("t", 3, 100, 101));
        }
    }

    @Test
    void messagesWithTheSameHeadersGetThemBackAndTheirTracesAreKnown() throws IOException {
        TraceContext one = TraceContext.begin();
        TraceContext other = TraceContext.begin();
        List<List<Header>> given =
                List.of(List.of(), from(one), from(one), from(other), List.of(), from(one), from(one.child()));
        try (SpoolWriter writer = new SpoolWriter(directory.resolve("traced"), "t", 3, Set.of())) {
            for (int i = 0; i < given.size(); i++) {
                writer.append(i, 0, null, given.get(i), ByteBuffer.wrap("{}".getBytes(UTF_8)));
            }
            try (Spool spool = writer.finish()) {
                for (int i = 0; i < given.size(); i++) {
                    assertThat(text(spool.headers(i))).isEqualTo(text(given.get(i)));
                    assertThat(spool.key(i)).isNull();
                    assertThat(spool.original(i)).isEqualTo("{}".getBytes(UTF_8));
                }
                assertThat(spool.traces()).containsExactly(one, other);
            }
        }
    }

    private static List<Header> from(TraceContext trace) {
        return List.of(new Header("traceparent", trace.traceparent().getBytes(UTF_8)));
    }

    private static List<String> text(List<Header> headers) {
        return headers.stream()
                .map(header -> header.name() + "=" + new String(header.value(), UTF_8))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\n\"a\":1\n}",
                "\n{\"a\":1}",
                "\n{\"a\":1\n,\"b\":2}\n",
                "{\"a\":1}\n\n\n",
                "{\"long\":\"0123456789012345678901234567890123456789\",\n\"b\":1}"
            })
    void lineFeedsBetweenTokensBecomeSpacesAndTheOriginalStays(String message) throws IOException {
        for (Set<MetaColumn> inlined : List.of(Set.<MetaColumn>of(), Set.of(MetaColumn.OFFSET))) {
            try (Spool spool = spool(inlined, message, "{}")) {
                assertThat(Files.readAllLines(spool.file())).hasSize(2);
                assertThat(spool.original(0)).isEqualTo(message.getBytes(UTF_8));
                assertThat(spool.dead()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":\"x\\ny\"} | malformed_json",
                "[1] | not_an_object",
                "null | not_an_object",
                "nonsense | malformed_json",
                "' ' | blank",
            })
    void whatCannotBeALineIsDeadAndKeepsItsBytes(String message, String reason) throws IOException {
        String text = message.replace("\\n", "\n");
        try (Spool spool = spool(Set.of(), "{}", text, "{}")) {
            assertThat(spool.dead()).singleElement().satisfies(dead -> {
                assertThat(dead.line()).isEqualTo(1);
                assertThat(dead.reason()).isEqualTo(reason);
            });
            assertThat(spool.original(1)).isEqualTo(text.getBytes(UTF_8));
            assertThat(spool.line(1)).isEmpty();
        }
    }

    @Test
    void namedColumnsOfKafkaAreTheFirstMembers() throws IOException {
        try (Spool spool = spool(Set.of(MetaColumn.OFFSET), "{\"a\":1}", "{}", "  {\"b\":\n2}")) {
            assertThat(Files.readAllLines(spool.file()))
                    .containsExactly("{\"_offset\":100,\"a\":1}", "{\"_offset\":101}", "{\"_offset\":102,\"b\": 2}");
            assertThat(spool.original(2)).isEqualTo("  {\"b\":\n2}".getBytes(UTF_8));
        }
    }

    @Test
    void closingLeavesNoFile() throws IOException {
        spool(Set.of(), "{}", "null").close();

        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    private Spool spool(Set<MetaColumn> inlined, String... messages) throws IOException {
        try (SpoolWriter writer =
                new SpoolWriter(directory.resolve("spool-" + System.nanoTime() + ".ndjson"), "t", 3, inlined)) {
            for (int i = 0; i < messages.length; i++) {
                writer.append(100 + i, 1_000, null, List.of(), ByteBuffer.wrap(messages[i].getBytes(UTF_8)));
            }
            return writer.finish();
        }
    }
}
