package dev.caravan.route;

import dev.caravan.background.Rounds;
import dev.caravan.batch.Batch;
import dev.caravan.batch.BatchException;
import dev.caravan.batch.Spool;
import dev.caravan.batch.SpoolWriter;
import dev.caravan.delivery.DeadLetter;
import dev.caravan.delivery.Replay;
import dev.caravan.delivery.Replays;
import dev.caravan.wait.Resumable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.context.SmartLifecycle;

/**
 * Sends dead letters through the steps of their replay's version, and rows that have waited through the rest of theirs:
 * the same routes, the same sink. Every replica has one
 * and does what is due of the pipelines that run there, one replay at a time.
 */
public final class Replayer implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Replayer.class);
    private static final Duration PERIOD = Duration.ofMillis(250);
    private static final Duration RENEWAL = Duration.ofSeconds(4);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

    private final PipelineRoutes routes;
    private final Replays replays;
    private final Resumer resumer;
    private final ProducerTemplate producer;
    private final String owner;
    private final BatchSpans spans;
    private final Rounds rounds = new Rounds("replayer", 2)
            .every(Duration.ZERO, PERIOD, this::work)
            .every(Duration.ZERO, RENEWAL, this::renew);
    private final ReentrantLock working = new ReentrantLock();
    private volatile @Nullable Replay current;

    Replayer(
            PipelineRoutes routes,
            Replays replays,
            Resumer resumer,
            ProducerTemplate producer,
            String owner,
            BatchSpans spans) {
        this.routes = routes;
        this.replays = replays;
        this.resumer = resumer;
        this.producer = producer;
        this.owner = owner;
        this.spans = spans;
    }

    /** Looks now rather than at the next tick. */
    public void nudge() {
        rounds.now(this::work);
    }

    /** Those of the pipelines that have rows to go on, because what they waited for has come. */
    public Set<String> due(Set<String> pipelines) {
        return resumer.due(pipelines);
    }

    /** The one that works sees what has come meanwhile; nobody waits for it, so that leases are renewed. */
    private void work() {
        if (!working.tryLock()) {
            return;
        }
        try {
            Set<String> here = routes.here();
            boolean more = !here.isEmpty();
            while (more && rounds.running()) {
                // what ends meanwhile goes on with the next tick: many rows in a claim cost little more than one
                more = resumer.reserve(here);
                attemptAll(here);
            }
        } catch (RuntimeException e) {
            LOG.debug("Replays are looked for again", e);
        } finally {
            working.unlock();
        }
    }

    private void attemptAll(Set<String> here) {
        Optional<Replay> due = replays.take(here, owner);
        while (due.isPresent() && rounds.running()) {
            attempt(due.get());
            due = replays.take(here, owner);
        }
    }

    private void attempt(Replay replay) {
        current = replay;
        try (MDC.MDCCloseable pipeline = MDC.putCloseable("pipeline", replay.pipeline());
                MDC.MDCCloseable offsets =
                        MDC.putCloseable("offsets", replay.range().toString())) {
            send(replay);
            replays.done(replay.claim());
            if (replay.afterStep() == null) {
                LOG.info(
                        "{} v{} replayed {} dead letters of {}",
                        replay.pipeline(),
                        replay.version(),
                        replay.letters().size(),
                        replay.range());
            }
        } catch (RuntimeException | IOException e) {
            failed(replay, BatchFailures.classify(e));
        } finally {
            current = null;
        }
    }

    private void failed(Replay replay, BatchException cause) {
        LOG.warn("{} cannot replay {} now: {}", replay.pipeline(), replay.range(), cause.detail());
        switch (cause.kind()) {
            case RETRY -> replays.retry(replay, cause, delay(replay));
            case PAUSE -> {
                if (!replays.giveUp(replay, cause)) {
                    replays.retry(replay, cause, LONGEST_DELAY);
                }
            }
            case FENCED, SUPERSEDED -> {
                // another replica has it
            }
        }
    }

    private static Duration delay(Replay replay) {
        Duration doubled = Duration.ofMillis(500L << Math.min(replay.attempts(), 6));
        return doubled.compareTo(LONGEST_DELAY) < 0 ? doubled : LONGEST_DELAY;
    }

    private void send(Replay replay) throws IOException {
        RunningVersions versions = routes.versions(replay.pipeline())
                .orElseThrow(
                        () -> BatchException.retry("not_running", "the pipeline does not run here any more", null));
        versions.use(this, Set.of(replay.version()));
        List<Resumable> waited = replay.afterStep() == null ? List.of() : resumer.rows(replay);
        try (Spool spool = waited.isEmpty() ? spool(replay, versions) : Resumer.spool(replay, waited, versions)) {
            Batch.Receipt receipt = new Batch.Receipt();
            Batch batch = new Batch(
                    replay.pipeline(),
                    replay.version(),
                    replay.range(),
                    replay.epoch(),
                    replay.batchTime(),
                    true,
                    spool,
                    versions.open(replay.version(), spool, replay.batchTime()),
                    receipt,
                    replay.generation(),
                    replay.claim());
            run(replay, batch, waited, versions);
        } finally {
            versions.use(this, Set.of());
        }
    }

    private void run(Replay replay, Batch batch, List<Resumable> waited, RunningVersions versions) {
        String step = replay.afterStep();
        try (BatchSpans.Attempt attempt = spans.begin(batch, Resumer.traces(waited))) {
            Batch begun =
                    step == null ? batch : Resumer.resumed(batch, step, waited, versions.runtime(replay.version()));
            String route = step == null ? batch.route() : RouteCompiler.afterRoute(batch.route(), step);
            Exchange exchange =
                    producer.send("direct:" + route, made -> made.getMessage().setBody(begun));
            Exception failure = exchange.getException();
            attempt.ended(failure);
            if (failure instanceof RuntimeException known) {
                throw known;
            }
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
            if (!batch.receipt().committed()) {
                throw BatchException.retry("no_sink", "the steps ended without a sink writing " + batch.range(), null);
            }
        } finally {
            batch.receipt().endAttempt();
        }
    }

    /** The letters' bytes as they came, at their own offsets. */
    private static Spool spool(Replay replay, RunningVersions versions) throws IOException {
        Path file = versions.directory(replay.version()).resolve("replay-" + UUID.randomUUID() + ".ndjson");
        try (SpoolWriter writer = new SpoolWriter(
                file, replay.range().topic(), replay.range().partition(), versions.inlined(replay.version()))) {
            for (DeadLetter letter : replay.letters()) {
                byte[] value = letter.value();
                writer.appendMessage(
                        letter.offset(),
                        letter.timestamp().toEpochMilli(),
                        letter.key(),
                        List.copyOf(letter.headers()),
                        value == null ? null : ByteBuffer.wrap(value));
            }
            return writer.finish();
        }
    }

    private void renew() {
        Replay replay = current;
        try {
            if (replay != null) {
                replays.renew(replay);
            }
        } catch (RuntimeException e) {
            LOG.debug("The lease is renewed next time", e);
        }
    }

    @Override
    public void start() {
        rounds.start();
    }

    @Override
    public void stop() {
        rounds.finish();
    }

    @Override
    public boolean isRunning() {
        return rounds.running();
    }

    /** After Camel and before the reconciler closes the routes. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 50;
    }
}
