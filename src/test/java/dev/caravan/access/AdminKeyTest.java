package dev.caravan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.caravan.testing.SettableClock;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The key that a newcomer has after the first start, and the one that the environment sets. */
@ExtendWith(OutputCaptureExtension.class)
class AdminKeyTest {
    private static final String PRESET = "any string of printable characters!".replace(' ', '~');

    @TempDir
    Path data;

    private final InMemoryApiKeyStore store = new InMemoryApiKeyStore();
    private final SettableClock clock = new SettableClock();

    @Test
    void theFirstStartMakesOneTellsItOnceAndKeepsItForItsOwnerOnly(CapturedOutput output) throws IOException {
        start(null);
        String key = file();

        assertThat(key).startsWith("cvn_");
        assertThat(isAdmin(key)).isTrue();
        assertThat(output.getAll()).containsOnlyOnce(key);
        start(null);
        assertThat(file()).isEqualTo(key);
        assertThat(output.getAll()).containsOnlyOnce(key);
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("admin.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void theEnvironmentsKeyIsInForceAndNeitherToldNorWritten(CapturedOutput output) {
        start(PRESET);

        assertThat(isAdmin(PRESET)).isTrue();
        assertThat(output.getAll()).doesNotContain(PRESET);
        assertThat(data.resolve("admin.key")).doesNotExist();
    }

    @Test
    void theKeyThatTheEnvironmentHeldBeforeIsNoLongerInForce() {
        String next = PRESET + "2";
        start(PRESET);
        start(next);

        assertThat(isAdmin(next)).isTrue();
        assertThat(isAdmin(PRESET)).isFalse();
        start(PRESET);
        assertThat(isAdmin(PRESET)).as("again").isTrue();
    }

    @Test
    void thirtyTwoCharactersAreEnough() {
        String shortest = "x".repeat(32);
        start(shortest);
        assertThat(isAdmin(shortest)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0123456789012345678901234567890",
                "0123456789 0123456789 0123456789 0123456789",
                "0123456789\t0123456789\t0123456789",
                "éééééééééééééééééééééééééééééééé"
            })
    void whatCannotBeSentAsAKeyOrIsGuessedEasilyIsRefused(String key) {
        assertThatThrownBy(() -> start(key))
                .isInstanceOf(AdminKeyException.class)
                .hasMessageContaining("CARAVAN_ADMIN_KEY")
                .hasMessageNotContaining(key);
        assertThat(store.isEmpty()).isTrue();
    }

    @Test
    void aNewDatabaseTakesTheKeyThatPeopleHave() throws IOException {
        Files.writeString(data.resolve("admin.key"), PRESET + "\n");
        start(null);

        assertThat(isAdmin(PRESET)).isTrue();
        assertThat(file()).isEqualTo(PRESET);
    }

    @Test
    void aFileWithoutAKeyIsTakenForNone() throws IOException {
        Files.writeString(data.resolve("admin.key"), "\n");
        assertThatThrownBy(() -> start(null))
                .isInstanceOf(AdminKeyException.class)
                .hasMessageContaining("admin.key");
        assertThat(store.isEmpty()).isTrue();
    }

    @Test
    void aFileOfAnotherDatabaseIsToldOfAndNotObeyed(CapturedOutput output) throws IOException {
        start(PRESET);
        String other = "y".repeat(40);
        Files.writeString(data.resolve("admin.key"), other);
        start(null);

        assertThat(store.find(KeyHash.of(other))).isEmpty();
        assertThat(output.getAll()).contains("is not a key of this database").doesNotContain(other);
    }

    private void start(String preset) {
        new AdminKey(new AccessSettings(preset, data, "project"), store, clock).afterSingletonsInstantiated();
    }

    private String file() throws IOException {
        return Files.readString(data.resolve("admin.key")).strip();
    }

    private boolean isAdmin(String key) {
        return store.find(KeyHash.of(key))
                .filter(found -> found.isAdmin(clock.instant()))
                .isPresent();
    }
}
