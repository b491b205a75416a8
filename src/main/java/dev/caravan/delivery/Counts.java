package dev.caravan.delivery;

/**
 * What became of the messages of a range. {@code in = out + filtered + dead + parked}, always.
 *
 * <p>A query can make more rows than messages arrived (UNNEST) or fewer (an aggregate), so messages and rows are not the
 * same thing: {@code out} is {@code min(written, in - dead)} and {@code filtered} is the rest of the good messages.
 *
 * @param in messages of the range
 * @param out messages counted as delivered
 * @param filtered good messages that no row stands for
 * @param dead messages that became dead letters
 * @param written rows that are really in the objects
 * @param parked messages that wait for an event; a claim of its own takes them on when it has come
 */
public record Counts(long in, long out, long filtered, long dead, long written, long parked) {
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    public Counts {
        if (out < 0 || filtered < 0 || dead < 0 || written < 0 || parked < 0 || in != out + filtered + dead + parked) {
            throw new IllegalArgumentException("rows do not add up: " + in + " in, " + out + " out, " + filtered
                    + " filtered, " + dead + " dead, " + parked + " parked");
        }
    }

    public Counts(long in, long out, long filtered, long dead, long written) {
        this(in, out, filtered, dead, written, 0);
    }

    /** @param in messages of the range; at least {@code dead} and {@code parked} together */
    static Counts ofParked(long in, long parked, long dead) {
        return new Counts(in, 0, in - dead - parked, dead, 0, parked);
    }

    /** @param in messages of the range; at least {@code dead} */
    public static Counts of(long in, long written, long dead) {
        long out = Math.min(written, in - dead);
        return new Counts(in, out, in - dead - out, dead, written);
    }

    public Counts plus(Counts other) {
        return new Counts(
                in + other.in,
                out + other.out,
                filtered + other.filtered,
                dead + other.dead,
                written + other.written,
                parked + other.parked);
    }
}
