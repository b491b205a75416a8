package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tour in ARCHITECTURE.md leads past eight files that a person reads in one go. {@link JourneyIT} goes the way itself. */
class TourTest {
    private static final int LONGEST = 200;
    private static final Pattern STOP = Pattern.compile("(?m)^\\| ([①-⑧]) \\| `([^`]+)` \\|");

    private record Stop(String number, Path file) {}

    @Test
    void theTourHasEightStops() throws IOException {
        assertThat(stops()).extracting(Stop::number).containsExactly("①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧");
    }

    @Test
    void everyStopIsShortAndSaysWhichItIs() throws IOException {
        for (Stop stop : stops()) {
            List<String> lines = Files.readAllLines(stop.file());
            assertThat(lines.size()).as("lines of " + stop.file()).isLessThan(LONGEST);
            assertThat(lines).as(stop.file().toString()).anyMatch(line -> line.contains(stop.number() + " of 8: "));
        }
    }

    @Test
    void noOtherFileSaysThatItIsAStop() throws IOException {
        List<Path> numbered = new ArrayList<>();
        for (String root : List.of("src/main/java", "kamelets")) {
            try (Stream<Path> files = Files.walk(Path.of(root))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (Files.readString(file).matches("(?s).*[①-⑧] of 8.*")) {
                        numbered.add(file);
                    }
                }
            }
        }
        assertThat(numbered)
                .containsExactlyInAnyOrderElementsOf(
                        stops().stream().map(Stop::file).toList());
    }

    private static List<Stop> stops() throws IOException {
        List<Stop> stops = new ArrayList<>();
        Matcher row = STOP.matcher(Files.readString(Path.of("src/docs/ARCHITECTURE.md")));
        while (row.find()) {
            String file = row.group(2);
            stops.add(new Stop(row.group(1), Path.of(file.endsWith(".java") ? "src/main/java/dev/caravan" : "", file)));
        }
        return stops;
    }
}
