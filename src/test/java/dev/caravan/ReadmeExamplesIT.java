package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's tour and the examples of its API section, run as they stand there. */
class ReadmeExamplesIT {
    private static RunningCaravan caravan;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.embedded();
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
    }

    @Test
    void theTour() throws Exception {
        requireProgram("curl");
        List<String> tour = examples("Five minutes", "sh");
        assertThat(tour).hasSize(2);
        String key = "$(cat data/admin.key)";
        assertThat(tour.get(0)).contains(key);

        String output = run(List.of("sh", "-e"), "tour.sh", tour.get(0).replace(key, RunningCaravan.ADMIN_KEY));

        assertThat(output).contains("\"accepted\":3", "\"status\":\"running\"").doesNotContain("\"success\":false");
        assertThat(tour.get(1)).contains("'data/s3/lake/clicks/*.parquet'");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(caravan.rows("clicks", "user_id, page, seconds"))
                        .containsExactly(List.of(1L, "/home", 0.25), List.of(3L, "/pay", 1.2)));
        assertThat(caravan.operation("monitor", Map.of("pipeline", "clicks"))
                        .at("/equation/rows_filtered")
                        .asInt())
                .isEqualTo(1);
        caravan.operation("delete", Map.of("pipeline", "clicks", "force", true));
    }

    @Test
    void curl() throws Exception {
        requireProgram("curl");

        String output = run(List.of("sh", "-e"), "example.sh", example("sh"));

        assertThat(output).contains("\"accepted\":2", "\"status\":\"running\"");
        assertThat(status("visits")).isEqualTo("running");
        caravan.operation("delete", Map.of("pipeline", "visits", "force", true));
    }

    @Test
    void javaScript() throws Exception {
        requireProgram("node");

        assertThat(run(List.of("node"), "example.mjs", example("js"))).contains("2 events are in Kafka");
        assertThat(status("signups")).isEqualTo("stopped");
    }

    @Test
    void python() throws Exception {
        requireProgram("python3");

        assertThat(run(List.of("python3"), "example.py", example("python"))).contains("1000 events are in Kafka");
        assertThat(status("logins")).isEqualTo("stopped");
    }

    private static String status(String pipeline) throws Exception {
        JsonNode found = caravan.operation("get", Map.of("pipeline", pipeline));
        return found.path("status").asText();
    }

    private static String example(String language) throws IOException {
        List<String> found = examples("API", language);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static List<String> examples(String section, String language) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String text = readme.substring(readme.indexOf("\n## " + section + "\n") + 1);
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(text.substring(0, text.indexOf("\n## ")))
                .results()
                .map((MatchResult block) -> block.group(1)
                        .replace("localhost:8080", caravan.address().getAuthority()))
                .toList();
    }

    private static void requireProgram(String name) throws Exception {
        boolean there = new ProcessBuilder("sh", "-c", "command -v " + name)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
        assumeTrue(there, "this machine has no " + name + "; the example is not run");
    }

    private String run(List<String> program, String file, String text) throws Exception {
        Path script = Files.writeString(directory.resolve(file), text);
        Path output = directory.resolve("output");
        List<String> command = new java.util.ArrayList<>(program);
        command.add(script.toString());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("KEY", RunningCaravan.ADMIN_KEY);
        Process process = builder.start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String printed = Files.readString(output);
        assertThat(ended).as(printed).isTrue();
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }
}
