package dev.caravan.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The pipeline files: those in the routes directory when there is one, else those that come with the program if wanted. */
final class PipelineFiles {
    private static final String ENDING = ".yaml";

    private final Path routes;
    private final Path directory;
    private final boolean examples;

    /**
     * @param routes files are in its directory {@code pipelines}
     * @param examples whether those that come with the program are meant where there is no such directory
     */
    PipelineFiles(Path routes, boolean examples) {
        this.routes = routes;
        this.examples = examples;
        this.directory = routes.resolve("pipelines");
    }

    /**
     * Name of each file with a stamp that changes when the file does.
     *
     * @throws UncheckedIOException when they cannot be listed
     */
    Map<String, String> stamps() {
        try {
            if (Files.isDirectory(routes)) {
                return inDirectory();
            }
            return examples ? onClassPath() : Map.of();
        } catch (IOException e) {
            throw new UncheckedIOException("the pipeline files cannot be listed: " + e.getMessage(), e);
        }
    }

    private Map<String, String> inDirectory() throws IOException {
        Map<String, String> stamps = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return stamps;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + ENDING)) {
            for (Path file : files) {
                try {
                    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                    if (found.isRegularFile()) {
                        String stamp = found.lastModifiedTime() + "/" + found.size() + "/" + found.fileKey();
                        stamps.put(String.valueOf(file.getFileName()), stamp);
                    }
                } catch (NoSuchFileException goneMeanwhile) {
                    stamps.remove(String.valueOf(file.getFileName()));
                }
            }
        }
        return stamps;
    }

    private static Map<String, String> onClassPath() throws IOException {
        Map<String, String> stamps = new TreeMap<>();
        for (Resource resource :
                new PathMatchingResourcePatternResolver().getResources("classpath*:routes/pipelines/*" + ENDING)) {
            stamps.putIfAbsent(String.valueOf(resource.getFilename()), "");
        }
        return stamps;
    }

    /** @throws IOException when it cannot be read, or is no UTF-8 */
    String read(String file) throws IOException {
        if (Files.isDirectory(routes)) {
            return Files.readString(directory.resolve(file));
        }
        try (var in = new PathMatchingResourcePatternResolver()
                .getResource("classpath:routes/pipelines/" + file)
                .getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
