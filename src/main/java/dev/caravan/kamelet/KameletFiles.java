package dev.caravan.kamelet;

import com.networknt.schema.SchemaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Finds Kamelets: our own and the allowed ones of Apache's catalogue on the class path, then those of the user's
 * directory. A name that is taken stays with whoever had it first, as it does for Camel.
 */
final class KameletFiles {
    /**
     * Those of Apache's catalogue that turn one JSON object into another and read their values as plain text. Each is
     * run by a test; others take URIs, Simple or a dependency that is not on the class path.
     */
    static final Set<String> ALLOWED = Set.of(
            "drop-field-action",
            "hoist-field-action",
            "insert-field-action",
            "mask-field-action",
            "replace-field-action");

    private static final Logger LOG = LoggerFactory.getLogger(KameletFiles.class);
    private static final String ON_CLASS_PATH = "classpath*:kamelets/*" + KameletReader.SUFFIX;

    private KameletFiles() {}

    static List<KameletDefinition> find(@Nullable Path directory) {
        List<KameletDefinition> found = new ArrayList<>();
        Map<String, Resource> onClassPath = onClassPath();
        onClassPath.values().stream().filter(KameletFiles::isOursOrAllowed).forEach(resource -> add(resource, found));
        for (Resource resource : in(directory)) {
            if (onClassPath.containsKey(resource.getFilename())) {
                LOG.warn("{} is not used: a Kamelet of that name comes with Caravan", resource.getDescription());
            } else {
                add(resource, found);
            }
        }
        return found;
    }

    private static Map<String, Resource> onClassPath() {
        try {
            Map<String, Resource> firstOfName = new LinkedHashMap<>();
            for (Resource resource : new PathMatchingResourcePatternResolver().getResources(ON_CLASS_PATH)) {
                firstOfName.putIfAbsent(String.valueOf(resource.getFilename()), resource);
            }
            return firstOfName;
        } catch (IOException e) {
            throw new IllegalStateException("the Kamelets on the class path cannot be listed", e);
        }
    }

    private static List<Resource> in(@Nullable Path directory) {
        if (directory == null || !Files.isDirectory(directory)) {
            return List.of();
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + KameletReader.SUFFIX)) {
            List<Resource> resources = new ArrayList<>();
            files.forEach(file -> resources.add(new FileSystemResource(file)));
            return resources;
        } catch (IOException e) {
            LOG.warn("The Kamelets in {} cannot be listed: {}", directory, e.getMessage());
            return List.of();
        }
    }

    /** Apache's are hundreds, so this looks before anything is parsed. */
    private static boolean isOursOrAllowed(Resource resource) {
        String name = String.valueOf(resource.getFilename());
        if (ALLOWED.contains(name.replace(KameletReader.SUFFIX, ""))) {
            return true;
        }
        try {
            return resource.getContentAsString(StandardCharsets.UTF_8).contains(KameletReader.BATCH_LABEL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A broken file must not keep the rest from working: it is named in the log, pipelines that need it say so. */
    private static void add(Resource resource, List<KameletDefinition> found) {
        try (InputStream in = resource.getInputStream()) {
            KameletDefinition kamelet = KameletReader.read(in, resource.getURI().toString());
            if ((kamelet.name() + KameletReader.SUFFIX).equals(resource.getFilename())) {
                found.add(kamelet);
            } else {
                LOG.warn("{} is not used: its name is not {}", resource.getDescription(), kamelet.name());
            }
        } catch (IOException | SchemaException e) {
            String firstLine =
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            LOG.warn("{} is not used: {}", resource.getDescription(), firstLine);
        }
    }
}
