package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.kamelet.KameletCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionOperations;

class ProvisionedPipelinesTest {
    private static final KameletCatalog CATALOG = KameletCatalog.load(null);

    @TempDir
    Path routes;

    private final List<Object> events = new ArrayList<>();
    private final PipelineStore store = new InMemoryPipelineStore();
    private List<String> present = List.of();
    private int writes;
    private ProvisionedPipelines provisioned;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(routes.resolve("pipelines"));
        provisioned = provisioned(routes, true);
    }

    private void hear(Object event) {
        if (event instanceof PipelineFilesRead read) {
            present = read.files();
        } else {
            events.add(event);
        }
    }

    private ProvisionedPipelines provisioned(Path directory, boolean reload) {
        PipelineChanges changes = new PipelineChanges(store, this::hear, TransactionOperations.withoutTransaction());
        PipelineRules rules = new PipelineRules(CATALOG, spec -> List.of());
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        return new ProvisionedPipelines(
                new PipelineFiles(directory, true), new Provisioning("default", store, rules, changes, clock), reload);
    }

    @Test
    void aFileBecomesAPipelineThatIsMeantToRun() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        Pipeline orders = orders().orElseThrow();
        assertThat(orders.provisioned()).isTrue();
        assertThat(orders.source()).isEqualTo("orders.yaml");
        assertThat(events).containsExactly(new PipelineCreated(orders), new PipelineProvisioned(orders, true));
        assertThat(provisioned.files()).containsExactly(new ProvisionedFile("orders.yaml", orders.id(), List.of()));
    }

    @Test
    void aFileThatSaysTheSameMakesNoVersionAndAChangedOneDoes() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        events.clear();
        provisioned.look();
        assertThat(events).isEmpty();
        write("orders.yaml", "# a comment\n" + document("orders", "first"));
        provisioned.look();
        assertThat(orders().orElseThrow().version()).isEqualTo(1);
        write("orders.yaml", document("orders", "second"));
        events.clear();
        provisioned.look();
        Pipeline second = orders().orElseThrow();
        assertThat(second.version()).isEqualTo(2);
        assertThat(events).containsExactly(new PipelineChanged(second), new PipelineProvisioned(second, false));
    }

    @Test
    void aRestartOnTheSameFilesChangesNothing() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        Pipeline before = orders().orElseThrow();
        events.clear();
        provisioned(routes, true).look();
        assertThat(orders()).contains(before);
        assertThat(events).containsExactly(new PipelineProvisioned(before, false));
    }

    @Test
    void aBrokenFileIsToldWithItsPlacesAndStopsNothing() throws Exception {
        write("broken.yaml", "name: broken\nsteps:\n  - nmae: x\n");
        write("orders.yaml", document("orders", "first"));
        write("latin.yaml", new byte[] {'a', ':', (byte) 0xe9});
        provisioned.look();
        assertThat(orders()).isPresent();
        List<ProvisionedFile> files = provisioned.files();
        assertThat(files).extracting(ProvisionedFile::file).containsExactly("broken.yaml", "latin.yaml", "orders.yaml");
        assertThat(files.get(0).pipeline()).isNull();
        assertThat(files.get(0).faults())
                .extracting(fault -> ProvisionedPipelines.line("broken.yaml", fault))
                .contains("broken.yaml:3:5 /steps/0/nmae: unknown field 'nmae', did you mean 'name'?");
        assertThat(files.get(1).faults()).singleElement().asString().contains("not UTF-8");
        assertThat(events.stream().filter(PipelineRefused.class::isInstance).map(PipelineRefused.class::cast))
                .extracting(PipelineRefused::name, PipelineRefused::readable)
                .containsExactly(tuple("broken", true), tuple("latin", false));
        assertThat(present).containsExactlyInAnyOrder("broken.yaml", "latin.yaml", "orders.yaml");
    }

    @Test
    void aFileThatGetsBrokenLeavesItsPipelineAsItWas() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        Pipeline before = orders().orElseThrow();
        events.clear();
        write("orders.yaml", "name: orders\n");
        provisioned.look();
        assertThat(orders()).contains(before);
        assertThat(events).singleElement().isInstanceOf(PipelineRefused.class);
        assertThat(provisioned.files().get(0).pipeline()).isEqualTo(before.id());
        assertThat(provisioned.files().get(0).faults()).hasSize(1);
        provisioned(routes, true).look();
        assertThat(orders()).contains(before);
    }

    @Test
    void aRemovedFileLeavesAStoppedPipelineThatCanBeDeleted() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        events.clear();
        Files.delete(routes.resolve("pipelines/orders.yaml"));
        provisioned.look();
        Pipeline left = orders().orElseThrow();
        assertThat(left.provisioned()).isFalse();
        assertThat(left.source()).isEqualTo("orders.yaml");
        assertThat(events).containsExactly(new PipelineUnprovisioned(left));
        assertThat(provisioned.files()).isEmpty();
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        assertThat(events).endsWith(new PipelineProvisioned(orders().orElseThrow(), true));
        assertThat(orders().orElseThrow().provisioned()).isTrue();
    }

    @Test
    void aFileThatWentWhileNothingRanIsNoticedAtTheStart() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        Files.delete(routes.resolve("pipelines/orders.yaml"));
        provisioned(routes, true).look();
        assertThat(orders().orElseThrow().provisioned()).isFalse();
    }

    @Test
    void aRenamedFileKeepsItsPipeline() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        Pipeline before = orders().orElseThrow();
        Files.move(routes.resolve("pipelines/orders.yaml"), routes.resolve("pipelines/sales.yaml"));
        provisioned.look();
        Pipeline after = orders().orElseThrow();
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.source()).isEqualTo("sales.yaml");
        assertThat(after.provisioned()).isTrue();
        assertThat(after.version()).isEqualTo(1);
    }

    @Test
    void aFileThatSaysAnotherNameLeavesItsFormerPipeline() throws Exception {
        write("orders.yaml", document("orders", "first"));
        provisioned.look();
        write("orders.yaml", document("sales", "first"));
        provisioned.look();
        assertThat(orders().orElseThrow().provisioned()).isFalse();
        assertThat(store.find("default", "sales").orElseThrow().provisioned()).isTrue();
    }

    @Test
    void aNameBelongsToWhoHadItFirst() throws Exception {
        write("a.yaml", document("orders", "first"));
        write("b.yaml", document("orders", "second"));
        provisioned.look();
        assertThat(orders().orElseThrow().source()).isEqualTo("a.yaml");
        assertThat(provisioned.files().get(1).faults())
                .singleElement()
                .asString()
                .contains("1:1 /name: 'orders' is taken by the file a.yaml");
        Pipeline rest = store.find("default", "orders").orElseThrow();
        store.setOrigin(rest.id(), false, null);
        write("a.yaml", document("orders", "third"));
        provisioned.look();
        assertThat(provisioned.files().get(0).faults())
                .singleElement()
                .asString()
                .contains("created over REST");
    }

    @Test
    void withoutADirectoryThoseThatComeWithTheProgramAreRead() {
        provisioned(routes.resolve("none"), true).look();
        assertThat(orders().orElseThrow().source()).isEqualTo("orders.yaml");
    }

    @Test
    void filesAreLookedAtAgainAndAgain() throws Exception {
        try (ProvisionedPipelines looking = provisioned(routes, true)) {
            looking.start();
            write("orders.yaml", document("orders", "first"));
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> orders().isPresent());
        }
    }

    private Optional<Pipeline> orders() {
        return store.find("default", "orders");
    }

    private static String document(String name, String description) {
        return "name: " + name + "\ndescription: " + description
                + "\nsteps: [{name: lake, kamelet: s3-sink, properties: {bucket: lake}}]\n";
    }

    private void write(String file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** With a time of its own: the clock of a file system may be coarse. */
    private void write(String file, byte[] bytes) throws IOException {
        Path path = routes.resolve("pipelines").resolve(file);
        Path fresh = routes.resolve("fresh");
        Files.write(fresh, bytes);
        Files.setLastModifiedTime(fresh, FileTime.fromMillis(++writes * 1000L));
        Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING);
    }
}
