package dev.caravan;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.modulith.core.ApplicationModules;

/** The shape of the program: what may use what, and what a file may be. */
class ArchitectureTest {
    private static final int LONGEST_FILE = 400;
    private static final JavaClasses PROGRAM = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.caravan");

    @Test
    void packagesUseOnlyThoseTheyName() {
        ApplicationModules.of(Caravan.class).verify();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.caravan.(*)..").should().beFreeOfCycles().check(PROGRAM);
    }

    @Test
    void routesAreBuiltInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.caravan.route..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.camel.builder..", "org.apache.camel.model..")
                .check(PROGRAM);
    }

    @Test
    void thereIsOneClock() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(LocalDate.class, "now")
                .orShould()
                .callMethod(OffsetDateTime.class, "now")
                .orShould()
                .callMethod(ZonedDateTime.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callConstructor(Date.class)
                .check(PROGRAM);
        // the container makes ContainerErrors itself and has no bean to give it
        noClasses()
                .that()
                .doNotBelongToAnyOf(Caravan.class)
                .and()
                .doNotHaveFullyQualifiedName("dev.caravan.web.ContainerErrors")
                .should()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(Clock.class, "systemDefaultZone")
                .check(PROGRAM);
    }

    @Test
    void nothingIsInjectedIntoFields() {
        fields().should().notBeAnnotatedWith(Autowired.class).check(PROGRAM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Impl", "Manager", "Helper", "Util", "Utils", "Common", "Base", "Data", "Info", "DTO", "Dto"})
    void noNameEndsWithAWordThatSaysNothing(String ending) {
        noClasses().should().haveSimpleNameEndingWith(ending).check(PROGRAM);
    }

    @Test
    void noFileIsLongerThanAPersonReads() throws IOException {
        try (Stream<Path> files = Stream.of("src/main/java", "src/test/java", "src/bench/java")
                .map(Path::of)
                .filter(Files::isDirectory)
                .flatMap(ArchitectureTest::javaFiles)) {
            assertThat(files.filter(file -> lines(file).size() > LONGEST_FILE)
                            .map(file -> file + " has " + lines(file).size() + " lines"))
                    .isEmpty();
        }
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarked() throws IOException {
        try (Stream<Path> files = javaFiles(Path.of("src/main/java"))) {
            List<Path> packages = files.map(Path::getParent).distinct().toList();
            assertThat(packages).isNotEmpty().allSatisfy(directory -> {
                Path description = directory.resolve("package-info.java");
                assertThat(description).exists();
                assertThat(lines(description).get(0)).startsWith("/** ");
                assertThat(lines(description)).contains("@NullMarked");
            });
        }
    }

    private static Stream<Path> javaFiles(Path root) {
        try {
            return Files.walk(root).filter(file -> file.toString().endsWith(".java"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
