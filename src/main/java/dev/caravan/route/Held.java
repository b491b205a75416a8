package dev.caravan.route;

/**
 * What a consumer has in its hands that is not committed.
 *
 * @param partitions that it owns in the ledger
 * @param messages spooled
 * @param bytes of their files
 * @param waitingSince {@link System#nanoTime} since when something is ready and does not get through: a whole batch that is
 *     not committed, a partition that cannot be owned; {@link #NOTHING_WAITS} when there is no such thing
 */
record Held(int partitions, long messages, long bytes, long waitingSince) {
    static final long NOTHING_WAITS = Long.MAX_VALUE;
    static final Held NOTHING = new Held(0, 0, 0, NOTHING_WAITS);

    Held plus(Held other) {
        return new Held(
                partitions + other.partitions,
                messages + other.messages,
                bytes + other.bytes,
                earlier(waitingSince, other.waitingSince));
    }

    private static long earlier(long one, long other) {
        if (one == NOTHING_WAITS || other == NOTHING_WAITS) {
            return one == NOTHING_WAITS ? other : one;
        }
        return one - other < 0 ? one : other;
    }
}
