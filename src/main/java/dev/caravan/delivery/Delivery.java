package dev.caravan.delivery;

import dev.caravan.batch.Batch;
import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Rows.Written;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/**
 * Delivers a batch exactly once: claim the range, write what it came to, commit, sign the receipt. Every step can be done
 * again, so after any failure the same batch is simply delivered again.
 */
@Component("delivery")
public final class Delivery {
    private final Ledger ledger;
    private final Faults faults;

    Delivery(Ledger ledger, Faults faults) {
        this.ledger = ledger;
        this.faults = faults;
    }

    /** @return the objects; none when the batch was COMMITTED before */
    List<StoredObject> deliver(Batch batch, Written written, Target target) {
        Collection<DeadMessage> dead = dead(batch, written.dead());
        DeadLetterLimit.check(batch, dead);
        faults.reach(FaultPoint.BEFORE_CLAIM);
        Claim claim = ledger.claim(ClaimRequest.of(batch, target.name(), target.objectKeys()));
        logWith(claim, batch);
        faults.reach(FaultPoint.AFTER_CLAIM);
        List<StoredObject> objects = List.of();
        if (claim.status() != ClaimStatus.COMMITTED) {
            objects = write(claim, target);
            faults.reach(FaultPoint.AFTER_PUT);
            Counts counts = Counts.of(batch.spool().size(), written.rows(), dead.size());
            faults.reach(FaultPoint.BEFORE_COMMIT);
            ledger.commit(claim, new Committed(counts, objects, batch.spool().read(), letters(batch, dead)));
        }
        batch.receipt().sign();
        return objects;
    }

    /**
     * Leaves messages where they wait, in the transaction that commits their range.
     *
     * @param dead what cannot be processed; a line may be there more than once
     * @param place such as {@code wait:paid}
     * @param parked how many messages wait
     * @param alongside has them wait; throws when it cannot
     */
    public void park(Batch batch, Collection<DeadMessage> dead, String place, long parked, Runnable alongside) {
        Collection<DeadMessage> all = dead(batch, dead);
        DeadLetterLimit.check(batch, all);
        faults.reach(FaultPoint.BEFORE_CLAIM);
        Claim claim = ledger.claim(ClaimRequest.of(batch, place, List.of()));
        logWith(claim, batch);
        faults.reach(FaultPoint.AFTER_CLAIM);
        if (claim.status() != ClaimStatus.COMMITTED) {
            Counts counts = Counts.ofParked(batch.spool().size(), parked, all.size());
            faults.reach(FaultPoint.BEFORE_COMMIT);
            ledger.commit(
                    claim, new Committed(counts, List.of(), batch.spool().read(), letters(batch, all), alongside));
        }
        batch.receipt().sign();
    }

    /** What is logged from here to the end of the attempt has the claim with it. */
    private static void logWith(Claim claim, Batch batch) {
        MDC.put("claim", claim.id().toString());
        batch.receipt().afterAttempt(() -> MDC.remove("claim"));
    }

    private static Iterable<DeadLetter> letters(Batch batch, Collection<DeadMessage> dead) {
        return () -> dead.stream().map(message -> DeadLetter.of(batch, message)).iterator();
    }

    private List<StoredObject> write(Claim claim, Target target) {
        Claim current = claim.objectKeys().equals(target.objectKeys()) ? claim : withOtherObjects(claim, target);
        return target.write(
                current,
                key -> ledger.replaceObjects(current, current.objectKeys(), () -> target.remove(current, key)));
    }

    /** Another version of a library may make other files of the same range than the attempt that claimed it. */
    private Claim withOtherObjects(Claim claim, Target target) {
        List<String> gone = new ArrayList<>(claim.objectKeys());
        gone.removeAll(target.objectKeys());
        return ledger.replaceObjects(claim, target.objectKeys(), () -> gone.forEach(key -> target.remove(claim, key)));
    }

    /** One for each line at most: a message that was unreadable from the start may be reported again by the reader. */
    private static Collection<DeadMessage> dead(Batch batch, Collection<DeadMessage> found) {
        SortedMap<Integer, DeadMessage> byLine = new TreeMap<>();
        found.forEach(message -> byLine.put(message.line(), message));
        batch.spool().dead().forEach(message -> byLine.put(message.line(), message));
        return byLine.values();
    }
}
