package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.caravan.problem.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of errors has every reason that a request, a pipeline or a dead letter can have. */
class ErrorsTest {
    private static final Path PAGE = Path.of("src/docs/errors.md");

    @Test
    void everyReasonOfARefusalIsOnThePageOnceWithItsStatus() throws IOException {
        List<String> written = rows("Refused requests");
        List<String> reasons = reasons().stream()
                .map(reason -> "`" + reason.id() + "` | " + reason.status() + " " + reason.code())
                .toList();
        assertThat(reasons).doesNotHaveDuplicates().hasSizeGreaterThan(50);
        assertThat(written).containsExactlyInAnyOrderElementsOf(reasons);
    }

    @Test
    void everyReasonToWaitOrToPauseIsOnThePage() throws IOException {
        assertThat(column("Pipelines that wait"))
                .containsAll(named("BatchException\\s*\\.retry\\(\\s*\"([a-z0-9_]+)\""));
        assertThat(column("Pipelines that have paused themselves"))
                .isEqualTo(named("BatchException\\s*\\.pause\\(\\s*\"([a-z0-9_]+)\""));
    }

    private static List<Reason> reasons() {
        List<Reason> reasons = new ArrayList<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.caravan")) {
            // a constant with a body of its own is a class, but no enum
            if (type.isAssignableTo(Reason.class)
                    && type.isEnum()
                    && type.reflect().isEnum()) {
                Arrays.stream(type.reflect().getEnumConstants())
                        .map(Reason.class::cast)
                        .forEach(reasons::add);
            }
        }
        return reasons;
    }

    /** What stands in the program's text in the group of a pattern. */
    private static Set<String> named(String pattern) throws IOException {
        Set<String> named = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Pattern.compile(pattern)
                        .matcher(Files.readString(file))
                        .results()
                        .map(found -> found.group(1))
                        .forEach(named::add);
            }
        }
        return named;
    }

    private static Set<String> column(String section) throws IOException {
        return matches(section, "(?m)^\\| `([a-z0-9_]+)` \\|")
                .map(found -> found.group(1))
                .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    }

    private static List<String> rows(String section) throws IOException {
        return matches(section, "(?m)^\\| (`[a-z0-9_.]+` \\| [^|]+?) \\| [^|]+ \\|$")
                .map(found -> found.group(1))
                .toList();
    }

    private static Stream<MatchResult> matches(String section, String pattern) throws IOException {
        String page = Files.readString(PAGE) + "\n## ";
        String text = page.substring(page.indexOf("\n## " + section + "\n") + 1);
        return Pattern.compile(pattern)
                .matcher(text.substring(0, text.indexOf("\n## ")))
                .results();
    }
}
