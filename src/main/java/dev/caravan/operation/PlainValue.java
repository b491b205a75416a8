package dev.caravan.operation;

/** Whether a JSON value fits a type, as far as its bytes tell at a glance; false when they do not. */
@FunctionalInterface
interface PlainValue {
    /** So many digits are a long for sure, and with a point among them finite. */
    int FEW_DIGITS = 18;

    /** @param json has a whole value that is well-formed, from its first byte to behind its last */
    boolean fits(byte[] json, int from, int to);

    static boolean isInteger(byte[] json, int from, int to, long smallest, long largest) {
        boolean negative = json[from] == '-';
        int first = negative ? from + 1 : from;
        if (to - first > FEW_DIGITS) {
            return false;
        }
        long number = 0;
        for (int i = first; i < to; i++) {
            if (json[i] < '0' || json[i] > '9') {
                return false;
            }
            number = 10 * number + json[i] - '0';
        }
        return negative ? -number >= smallest : number <= largest;
    }

    static boolean isSmallDecimal(byte[] json, int from, int to) {
        if (to - from > FEW_DIGITS) {
            return false;
        }
        for (int i = json[from] == '-' ? from + 1 : from; i < to; i++) {
            if (json[i] != '.' && (json[i] < '0' || json[i] > '9')) {
                return false;
            }
        }
        return true;
    }
}
