package dev.caravan.wait;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Has signals that come at the same time share a statement and its commit. Nobody waits for company: a signal that comes while
 * no statement is under way is sent at once, and those that come during one are the next.
 */
final class GatheredSends {
    /** A larger payload goes alone, so that what is gathered stays small. */
    private static final int LONGEST = 64 << 10;

    private final SendingRows rows;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private boolean underWay;

    GatheredSends(SendingRows rows) {
        this.rows = rows;
    }

    /** A signal that has come, and the thread that waits for its outcome: it is given that, or told to lead the next. */
    private static final class Turn {
        private final Sending sending;
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        private volatile @Nullable Wait received;

        Turn(Sending sending) {
            this.sending = sending;
        }

        void end(@Nullable Wait wait) {
            received = wait;
            ended.complete(true);
        }

        void lead() {
            ended.complete(false);
        }

        void fail(Throwable cause) {
            ended.completeExceptionally(cause);
        }

        boolean awaitEnd() {
            try {
                return ended.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw e;
            }
        }
    }

    /** @return the wait that has the signal now; empty when it has to be sent by itself, to see why it has not */
    Optional<Wait> send(Sending sending) {
        String payload = sending.payload();
        if (payload != null && payload.length() > LONGEST) {
            return Optional.empty();
        }
        Turn mine = new Turn(sending);
        if (join(mine) || !mine.awaitEnd()) {
            lead();
        }
        return Optional.ofNullable(mine.received);
    }

    /** Whether nobody leads, so that it is this one's turn. */
    private synchronized boolean join(Turn turn) {
        waiting.add(turn);
        boolean leads = !underWay;
        underWay = true;
        return leads;
    }

    private void lead() {
        List<Turn> together = together();
        try {
            Map<Sending, Wait> received =
                    rows.send(together.stream().map(turn -> turn.sending).toList());
            together.forEach(turn -> turn.end(received.get(turn.sending)));
        } catch (RuntimeException | Error e) {
            // nobody knows what became of theirs, as nobody would alone
            together.forEach(turn -> turn.fail(e));
            throw e;
        } finally {
            handOn();
        }
    }

    private synchronized List<Turn> together() {
        List<Turn> together = new ArrayList<>();
        while (together.size() < SendingRows.MOST && !waiting.isEmpty()) {
            together.add(waiting.remove());
        }
        return together;
    }

    /** Whoever has waited longest leads next. */
    private synchronized void handOn() {
        Turn next = waiting.peek();
        underWay = next != null;
        if (next != null) {
            next.lead();
        }
    }
}
