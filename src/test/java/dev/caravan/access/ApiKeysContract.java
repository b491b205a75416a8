package dev.caravan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.caravan.problem.Problem;
import dev.caravan.problem.Reason;
import dev.caravan.testing.SettableClock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is done with keys, by one replica, holds on another. */
abstract class ApiKeysContract {
    private static final Set<Scope> READ = Set.of(Scope.PIPELINES_READ);

    private final SettableClock clock = new SettableClock();
    private final String project = "p" + UUID.randomUUID();
    private final Caller admin = new Caller(project, "boss", EnumSet.allOf(Scope.class));

    private final ApiKeys keys = new ApiKeys(store(), clock);
    private final KnownKeys here = new KnownKeys(store(), clock);
    private final KnownKeys there = new KnownKeys(otherReplica(), clock);

    abstract ApiKeyStore store();

    abstract ApiKeyStore otherReplica();

    @Test
    void aKeyIsLetInWithItsScopesAndProject() {
        NewKey made = keys.create(admin, "reader", READ, null);

        assertThat(made.text()).matches("cvn_[0-9A-Za-z]{10}_[0-9A-Za-z]{43}").startsWith("cvn_" + made.id());
        assertThat(made.toString()).doesNotContain(made.text());
        assertThat(there.authenticate(made.text())).hasValue(new Caller(project, made.id(), READ));
        assertThat(there.authenticate(made.text() + "x")).isEmpty();
    }

    @Test
    void aKeyExpires() {
        NewKey made = keys.create(admin, "short", READ, clock.instant().plusSeconds(60));
        assertThat(here.authenticate(made.text())).isPresent();

        clock.pass(Duration.ofSeconds(60));
        assertThat(here.authenticate(made.text())).isEmpty();
        refused(AccessReason.INVALID_KEY_REQUEST, () -> keys.create(admin, "late", READ, clock.instant()));
    }

    @Test
    void aRevokedKeyWorksNowhereAfterTheSecondsThatItIsRemembered() {
        NewKey made = keys.create(admin, "k", READ, null);
        assertThat(there.authenticate(made.text())).isPresent();

        keys.revoke(admin, "k");
        clock.pass(KnownKeys.REMEMBERED);

        assertThat(KnownKeys.REMEMBERED).isLessThan(Duration.ofSeconds(5));
        assertThat(there.authenticate(made.text())).isEmpty();
        assertThat(keys.list(admin)).isEmpty();
        refused(AccessReason.UNKNOWN_API_KEY, () -> keys.revoke(admin, "k"));
        refused(AccessReason.UNKNOWN_API_KEY, () -> keys.get(admin, "k"));
        assertThatCode(() -> keys.create(admin, "k", READ, null)).doesNotThrowAnyException();
    }

    @Test
    void aClockThatIsPutBackKeepsNoRevokedKeyAlive() {
        NewKey made = keys.create(admin, "k", READ, null);
        there.authenticate(made.text());
        keys.revoke(admin, "k");

        clock.pass(Duration.ofHours(-1));
        assertThat(there.authenticate(made.text())).isEmpty();
    }

    @Test
    void aRotatedKeyWorksBesideItsSuccessorUntilTheOverlapEnds() {
        NewKey old = keys.create(admin, "k", READ, null);
        NewKey fresh = keys.rotate(admin, "k", Duration.ofHours(1));

        assertThat(there.authenticate(old.text())).isPresent();
        assertThat(there.authenticate(fresh.text())).hasValue(new Caller(project, fresh.id(), READ));
        assertThat(keys.list(admin)).extracting(ApiKeyEntry::id).containsExactly(fresh.id());
        clock.pass(Duration.ofHours(1));
        assertThat(there.authenticate(old.text())).isEmpty();
        assertThat(there.authenticate(fresh.text())).isPresent();
    }

    @Test
    void rotatingWithoutOverlapOrRevokingEndsTheOldOnesToo() {
        NewKey first = keys.create(admin, "k", READ, null);
        NewKey second = keys.rotate(admin, "k", Duration.ZERO);
        NewKey third = keys.rotate(admin, "k", Duration.ofDays(30));
        assertThat(here.authenticate(first.text())).isEmpty();
        assertThat(here.authenticate(second.text())).isPresent();

        keys.revoke(admin, "k");
        clock.pass(KnownKeys.REMEMBERED);
        assertThat(here.authenticate(second.text())).isEmpty();
        assertThat(here.authenticate(third.text())).isEmpty();
        refused(AccessReason.UNKNOWN_API_KEY, () -> keys.rotate(admin, "k", Duration.ZERO));
    }

    @Test
    void anOverlapIsThirtyDaysAtMost() {
        keys.create(admin, "k", READ, null);

        refused(AccessReason.INVALID_KEY_REQUEST, () -> keys.rotate(admin, "k", Duration.ofDays(31)));
        refused(AccessReason.INVALID_KEY_REQUEST, () -> keys.rotate(admin, "k", Duration.ofSeconds(-1)));
    }

    @Test
    void aListHasNoSecretAndSaysWhetherAKeyWasUsed() {
        NewKey b = keys.create(admin, "b", Set.of(), null);
        NewKey a = keys.create(admin, "a", READ, null);
        here.authenticate(a.text());

        assertThat(keys.list(admin)).extracting(ApiKeyEntry::name).containsExactly("a", "b");
        assertThat(keys.get(admin, "a").lastUsedAt()).isNotNull();
        assertThat(keys.get(admin, "b").lastUsedAt()).isNull();
        assertThat(keys.list(admin).toString())
                .doesNotContain(a.text().substring(15), b.text().substring(15));
    }

    @Test
    void namesAreUniqueInAProjectAndOtherProjectsDoNotExist() {
        keys.create(admin, "k", READ, null);
        Caller other = new Caller(project + "x", "boss", EnumSet.allOf(Scope.class));

        refused(AccessReason.DUPLICATE_NAME, () -> keys.create(admin, "k", READ, null));
        refused(AccessReason.UNKNOWN_API_KEY, () -> keys.get(other, "k"));
        refused(AccessReason.UNKNOWN_API_KEY, () -> keys.revoke(other, "k"));
        refused(AccessReason.UNKNOWN_API_KEY, () -> keys.rotate(other, "k", Duration.ZERO));
        assertThat(keys.list(other)).isEmpty();
        assertThatCode(() -> keys.create(other, "k", READ, null)).doesNotThrowAnyException();
    }

    @Test
    void onlyWhoMayAdministerKeysDoesAndGivesNoMoreThanItHas() {
        Caller reader = new Caller(project, "r", READ);
        Caller limited = new Caller(project, "l", Set.of(Scope.KEYS_ADMIN, Scope.PIPELINES_READ));

        refused(AccessReason.MISSING_SCOPE, () -> keys.create(reader, "k", READ, null));
        refused(AccessReason.MISSING_SCOPE, () -> keys.list(reader));
        refused(AccessReason.MISSING_SCOPE, () -> keys.revoke(reader, "k"));
        refused(
                AccessReason.SCOPE_EXCEEDS_CREATOR,
                () -> keys.create(limited, "k", Set.of(Scope.PIPELINES_WRITE), null));
        keys.create(admin, "strong", Set.of(Scope.PIPELINES_WRITE), null);
        refused(AccessReason.SCOPE_EXCEEDS_CREATOR, () -> keys.rotate(limited, "strong", Duration.ZERO));
        assertThatCode(() -> keys.create(limited, "k", READ, null)).doesNotThrowAnyException();
    }

    @Test
    void aNameIsLettersDigitsAndDashes() {
        for (String name : new String[] {"", "a b", "a/b", "ä", "x".repeat(101), "a\n"}) {
            refused(AccessReason.INVALID_KEY_REQUEST, () -> keys.create(admin, name, READ, null));
        }
        assertThatCode(() -> keys.create(admin, "x".repeat(100), READ, null)).doesNotThrowAnyException();
    }

    private static void refused(Reason reason, ThrowingCallable call) {
        assertThatExceptionOfType(Problem.class).isThrownBy(call).satisfies(problem -> assertThat(problem.reason())
                .isEqualTo(reason));
    }
}
