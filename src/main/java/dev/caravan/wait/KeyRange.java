package dev.caravan.wait;

/**
 * Keys from {@code first} on and before {@code end}, in the order of code points, which is that of the index. So nothing
 * in a prefix is a wildcard.
 */
record KeyRange(String first, String end) {
    private static final int LOWEST_SURROGATE = 0xD800;
    private static final int AFTER_SURROGATES = 0xE000;

    /** More of the highest code point than a key can have. */
    private static final String LAST =
            Character.toString(Character.MAX_CODE_POINT).repeat(EventKey.MAX_BYTES / 4 + 1);

    /** The keys that start with a prefix. */
    static KeyRange of(String prefix) {
        int[] points = prefix.codePoints().toArray();
        for (int last = points.length - 1; last >= 0; last--) {
            if (points[last] < Character.MAX_CODE_POINT) {
                int next = points[last] + 1;
                points[last] = next == LOWEST_SURROGATE ? AFTER_SURROGATES : next;
                return new KeyRange(prefix, new String(points, 0, last + 1));
            }
        }
        return new KeyRange(prefix, prefix + LAST);
    }

    /** What is behind a key; no key has a control character. */
    KeyRange after(String key) {
        return new KeyRange(key + '\u0001', end);
    }
}
