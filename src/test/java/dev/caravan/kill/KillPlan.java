package dev.caravan.kill;

import dev.caravan.delivery.FaultPoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which deaths the children die, in rounds of {@value #ROUND}: each point of a delivery once, and three at a random
 * moment. All of it follows from the seed.
 */
final class KillPlan {
    static final int ROUND = 10;

    /** Deaths that leave a claim behind, which the next owner has to finish. */
    private static final Set<FaultPoint> LEAVE_A_CLAIM =
            EnumSet.of(FaultPoint.AFTER_CLAIM, FaultPoint.DURING_PUT, FaultPoint.AFTER_PUT, FaultPoint.BEFORE_COMMIT);

    private static final int LONGEST_DELAY_MILLIS = 9_000;
    private static final int MOST_TIMES = 6;

    private KillPlan() {}

    /**
     * One death.
     *
     * @param point null for a SIGKILL from outside
     * @param times how often the point is reached before, this time included
     * @param delayMillis for the SIGKILL, from the start of the process
     */
    record Kill(int number, FaultPoint point, int times, long delayMillis) {
        String name() {
            return point == null ? "sigkill" : point.wireName();
        }

        /** What the child is told. */
        List<String> options() {
            return point == null ? List.of() : List.of("-Dcaravan.faults.kill=" + point.wireName() + ":" + times);
        }

        @Override
        public String toString() {
            return point == null ? "sigkill after " + delayMillis + " ms" : point.wireName() + ":" + times;
        }
    }

    static List<List<Kill>> rounds(long seed, int kills) {
        Random random = new Random(seed);
        List<List<Kill>> rounds = new ArrayList<>();
        for (int first = 1; first <= kills; first += ROUND) {
            List<Kill> round = round(random, first);
            rounds.add(round.subList(0, Math.min(ROUND, kills - first + 1)));
        }
        return rounds;
    }

    private static List<Kill> round(Random random, int first) {
        List<FaultPoint> points = new ArrayList<>(List.of(FaultPoint.values()));
        points.add(null);
        points.add(null);
        do {
            Collections.shuffle(points, random);
        } while (!fits(points));
        // the first to die is the clean child that the round before has left behind
        points.add(0, null);
        List<Kill> round = new ArrayList<>();
        for (FaultPoint point : points) {
            int times = point == FaultPoint.DURING_RECOVERY ? 1 : 1 + random.nextInt(MOST_TIMES);
            round.add(new Kill(first + round.size(), point, times, 200 + random.nextInt(LONGEST_DELAY_MILLIS)));
        }
        return round;
    }

    /** Somebody must leave a claim behind for the one who dies while finishing it, so that one is never the last. */
    private static boolean fits(List<FaultPoint> points) {
        return points.get(points.size() - 1) != null && LEAVE_A_CLAIM.contains(points.get(points.size() - 1));
    }
}
