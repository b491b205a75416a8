package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineFilesTest {
    @TempDir
    Path directory;

    @Test
    void withoutARoutesDirectoryTheExamplesAreThere() throws Exception {
        PipelineFiles files = new PipelineFiles(directory.resolve("none"), true);

        assertThat(files.stamps()).containsKey("orders.yaml");
        assertThat(files.read("orders.yaml")).contains("name: orders");
    }

    @Test
    void whoWantsNoExamplesGetsNone() {
        assertThat(new PipelineFiles(directory.resolve("none"), false).stamps()).isEmpty();
    }

    @Test
    void aRoutesDirectoryStandsInTheirPlace() throws Exception {
        Files.createDirectories(directory.resolve("pipelines"));
        Files.writeString(directory.resolve("pipelines/mine.yaml"), "name: mine");
        Files.writeString(directory.resolve("pipelines/notes.txt"), "not a pipeline");

        assertThat(new PipelineFiles(directory, true).stamps()).containsOnlyKeys("mine.yaml");
    }
}
