package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.testing.RunningCaravan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the README's API section, run as they stand there. */
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
        String readme = Files.readString(Path.of("README.md"));
        String api = readme.substring(readme.indexOf("\n## API\n"), readme.indexOf("\n## A pipeline\n"));
        List<String> found = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(api)
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0).replace("localhost:8080", caravan.address().getAuthority());
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
