package dev.caravan.operation;

import dev.caravan.web.StrictJson;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A look at events that are as most are, at a third of what a parser costs: what it finds right, {@link EventCheck} finds
 * right as well. Of anything else, wrong or only unusual, it says nothing, and somebody else has to look.
 */
final class PlainEvents {
    static final int NOTHING_SAID = -1;

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NAMES = 128; // each may be compared with each of its object
    private static final int MAX_NAME = 255;
    private static final int MAX_NUMBER = 100;

    private final byte[] body;
    private final Columns columns;
    private final byte @Nullable [] keyField;
    private final boolean acrossLines;

    /** In the order in which they come, those of inner objects too. */
    private final Name[] names = new Name[MAX_NAMES];

    private int read;

    /**
     * So many are there from the last event or an earlier one, and come again so far: most events have the same names in
     * the same order, and what was found of them needs no second look.
     */
    private int known;

    private int at;
    private boolean ascii;
    private byte @Nullable [] key;

    /**
     * A name where it came first.
     *
     * @param first of the names of the same object
     * @param type of the column that is called so; null for none
     */
    private record Name(
            int start,
            int length,
            int hash,
            int first,
            boolean ascii,
            @Nullable ColumnType type,
            boolean isKey) {}

    /**
     * @param keyField in UTF-8; null for none
     * @param acrossLines whether a line feed is white space inside of an event
     */
    PlainEvents(byte[] body, Columns columns, byte @Nullable [] keyField, boolean acrossLines) {
        this.body = body;
        this.columns = columns;
        this.keyField = keyField;
        this.acrossLines = acrossLines;
    }

    /** @return where the event ends that begins here, or {@link #NOTHING_SAID} */
    int end(int from) {
        at = from;
        known = Math.max(known, read);
        read = 0;
        ascii = true;
        key = null;
        boolean right = next() == '{' && object(1) && (ascii || StrictJson.textFault(body, from, at) == null);
        return right ? at : NOTHING_SAID;
    }

    /** The message's key of the last event that was right. */
    byte @Nullable [] key() {
        return key;
    }

    /** The next byte that is not white space, still to be read; 0 at the end. */
    private byte next() {
        while (at < body.length) {
            byte here = body[at];
            if (here != ' ' && here != '\t' && here != '\r' && (here != '\n' || !acrossLines)) {
                return here;
            }
            at++;
        }
        return 0;
    }

    private boolean object(int depth) {
        int first = read;
        at++;
        if (next() == '}') {
            at++;
            return true;
        }
        while (name(first, depth) && next() == ':') {
            Name name = names[read - 1];
            at++;
            byte begin = next();
            int from = at;
            if (!value(begin, depth) || (depth == 1 && !fits(name, from))) {
                return false;
            }
            byte after = next();
            at++;
            if (after == '}') {
                return true;
            }
            if (after != ',' || next() != '"') {
                return false;
            }
        }
        return false;
    }

    private boolean array(int depth) {
        at++;
        byte begin = next();
        if (begin == ']') {
            at++;
            return true;
        }
        while (value(begin, depth)) {
            byte after = next();
            at++;
            if (after == ']') {
                return true;
            }
            if (after != ',') {
                return false;
            }
            begin = next();
        }
        return false;
    }

    private boolean value(byte begin, int depth) {
        return switch (begin) {
            case '"' -> text();
            case '{' -> depth < MAX_DEPTH && object(depth + 1);
            case '[' -> depth < MAX_DEPTH && array(depth + 1);
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
    }

    /**
     * Reads a name without escapes that its object does not have yet.
     *
     * @param first of the names of the object, if it has any
     */
    private boolean name(int first, int depth) {
        if (read < known && isAgain(names[read], first)) {
            ascii &= names[read].ascii;
            at += names[read++].length + 2;
            return true;
        }
        known = read; // from here on it is another kind of event
        if (read == MAX_NAMES || next() != '"') {
            return false;
        }
        int start = ++at;
        int hash = 1; // as Arrays.hashCode has it
        boolean plain = true;
        int last = Math.min(body.length, start + MAX_NAME);
        for (; at < last && body[at] != '"'; at++) {
            if (body[at] == '\\' || (body[at] >= 0 && body[at] < ' ')) {
                return false;
            }
            plain &= body[at] >= 0;
            hash = 31 * hash + body[at];
        }
        if (at == last || isTaken(first, hash, start)) {
            return false;
        }
        ColumnType type = depth == 1 ? columns.type(hash, body, start, at) : null;
        names[read++] = new Name(start, at - start, hash, first, plain, type, depth == 1 && isKeyField(start));
        ascii &= plain;
        at++;
        return true;
    }

    private boolean isAgain(Name name, int first) {
        int start = at + 1;
        int end = start + name.length;
        return name.first == first
                && end < body.length
                && body[at] == '"'
                && body[end] == '"'
                && Arrays.equals(body, name.start, name.start + name.length, body, start, end);
    }

    private boolean isTaken(int first, int hash, int start) {
        for (int i = first; i < read; i++) {
            Name other = names[i];
            if (other.hash == hash
                    && other.first == first
                    && Arrays.equals(body, other.start, other.start + other.length, body, start, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean isKeyField(int start) {
        return keyField != null && Arrays.equals(keyField, 0, keyField.length, body, start, at);
    }

    /** Whether the value from here to where we are fits its column; notes it when it is the key. */
    private boolean fits(Name name, int from) {
        boolean fits = name.type == null || name.type.surelyFits(body, from, at);
        return fits && (!name.isKey || isKey(from));
    }

    private boolean isKey(int from) {
        byte begin = body[from];
        if (begin == 'n') {
            return true;
        }
        int quotes = begin == '"' ? 1 : 0;
        key = Arrays.copyOfRange(body, from + quotes, at - quotes);
        boolean escaped = false;
        for (byte one : key) {
            escaped |= one == '\\';
        }
        return begin != '{' && begin != '[' && !escaped;
    }

    private boolean text() {
        for (int i = at + 1; i < body.length; i++) {
            byte here = body[i];
            if (here == '"') {
                at = i + 1;
                return true;
            }
            if (here == '\\') {
                int more = escape(i + 1);
                if (more == 0) {
                    return false;
                }
                i += more;
            } else if (here < ' ') {
                if (here >= 0) {
                    return false;
                }
                ascii = false;
            }
        }
        return false;
    }

    /** @return how long an escape is after its backslash; 0 when it is wrong, or may be half of a surrogate pair */
    private int escape(int from) {
        byte kind = from < body.length ? body[from] : 0;
        if (kind != 'u') {
            return "\"\\/bfnrt".indexOf(kind) < 0 ? 0 : 1;
        }
        if (from + 4 >= body.length || body[from + 1] == 'd' || body[from + 1] == 'D') {
            return 0;
        }
        for (int i = from + 1; i <= from + 4; i++) {
            if (body[i] < 0 || Character.digit(body[i], 16) < 0) {
                return 0;
            }
        }
        return 5;
    }

    private boolean word(String word) {
        if (at + word.length() > body.length) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (body[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    private boolean number() {
        int from = at;
        skip("-");
        boolean right = skip("0") || digits();
        if (right && skip(".")) {
            right = digits();
        }
        if (right && skip("eE")) {
            skip("+-");
            right = digits();
        }
        return right && at - from <= MAX_NUMBER;
    }

    private boolean skip(String oneOf) {
        boolean there = oneOf.indexOf(here()) >= 0;
        at += there ? 1 : 0;
        return there;
    }

    private boolean digits() {
        int from = at;
        while (here() >= '0' && here() <= '9') {
            at++;
        }
        return at > from;
    }

    private byte here() {
        return at < body.length ? body[at] : 0;
    }
}
