package dev.caravan.operation;

import dev.caravan.operation.CheckedEvents.EventError;
import dev.caravan.operation.CheckedEvents.Fit;
import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** Counts what Kafka says of the messages of one call. */
final class Acknowledgements {
    private final Thread sender = Thread.currentThread();
    private final Runnable settled;
    private final AtomicInteger pending = new AtomicInteger(1); // one for the sender, until it has sent all
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final Queue<EventError> errors = new ConcurrentLinkedQueue<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private int sent; // this and the next one: known to the sender only
    private boolean sending = true;
    private volatile @Nullable Exception refusal;
    private volatile @Nullable Exception failure;

    /** @param settled run once, on any thread, when there is nothing more to be heard */
    Acknowledgements(Runnable settled) {
        this.settled = settled;
    }

    /** To be asked for before the message is sent. */
    Callback expect(Fit event) {
        pending.incrementAndGet();
        sent++;
        return (metadata, exception) -> {
            if (exception == null) {
                acknowledged.incrementAndGet();
            } else if (exception instanceof RecordTooLargeException) {
                errors.add(new EventError(event.index(), "", "is larger than the topic allows"));
            } else if (Thread.currentThread().equals(sender)) {
                refusal = exception;
                sent--;
            } else {
                failure = exception;
            }
            countDown();
        };
    }

    /** Why the producer did not even take the last message; every further one would wait as long for the same. */
    @Nullable Exception refusal() {
        return refusal;
    }

    /** Why a message that was taken was not acknowledged. */
    @Nullable Exception failure() {
        return failure;
    }

    /** Once more changes nothing. */
    void allSent() {
        if (sending) {
            sending = false;
            countDown();
        }
    }

    /** @return whether everything was heard of in time */
    boolean await(Duration within) throws InterruptedException {
        return done.await(Math.max(0, within.toNanos()), TimeUnit.NANOSECONDS);
    }

    /** How many the producer has taken; to be asked on the sender's thread. */
    int sent() {
        return sent;
    }

    int acknowledged() {
        return acknowledged.get();
    }

    Collection<EventError> errors() {
        return errors;
    }

    private void countDown() {
        if (pending.decrementAndGet() == 0) {
            settled.run();
            done.countDown();
        }
    }
}
