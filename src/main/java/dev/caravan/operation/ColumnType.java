package dev.caravan.operation;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** Whether a JSON value fits a declared DuckDB type; null fits every one. Types that are not known here fit anything. */
interface ColumnType {
    /**
     * Looks at the value whose first token is the current one.
     *
     * @param at is left at the value's last token
     */
    boolean fits(JsonParser at) throws IOException;

    /** Whether a value that is JSON fits, as far as its bytes tell without a parser; false when that is not sure. */
    default boolean surelyFits(byte[] json, int from, int to) {
        return false;
    }

    Pattern DATE = Pattern.compile("\\d{4,6}-\\d{1,2}-\\d{1,2}");
    Pattern TIME = Pattern.compile("\\d{1,2}:\\d{2}(:\\d{2}(\\.\\d+)?)?");
    Pattern TIMESTAMP = Pattern.compile(DATE + "([ T]" + TIME + "( ?(Z|UTC|[+-]\\d{2}(:?\\d{2})?))?)?");
    Pattern UUID = Pattern.compile("\\p{XDigit}{8}(-?\\p{XDigit}{4}){3}-?\\p{XDigit}{12}");
    Pattern NUMBER = Pattern.compile("[+-]?\\d{1,100}(\\.\\d{0,100})?([eE][+-]?\\d{1,4})?");
    Pattern TRUTH = Pattern.compile("(?i)true|false");

    static ColumnType of(String declared) {
        String type = declared.strip().toUpperCase(Locale.ROOT);
        if (type.endsWith("]")) {
            ColumnType element =
                    of(declared.strip().substring(0, declared.strip().lastIndexOf('[')));
            return orNull(at -> at.currentToken() == JsonToken.START_ARRAY && allFit(at, element));
        }
        int bracket = type.indexOf('(');
        return orNull(named(bracket < 0 ? type : type.substring(0, bracket).strip(), type));
    }

    private static ColumnType named(String name, String type) {
        return switch (name) {
            case "TINYINT", "INT1" -> integer(8, true);
            case "SMALLINT", "INT2", "SHORT" -> integer(16, true);
            case "INTEGER", "INT4", "INT", "SIGNED" -> integer(32, true);
            case "BIGINT", "INT8", "LONG" -> integer(64, true);
            case "HUGEINT" -> integer(128, true);
            case "UTINYINT" -> integer(8, false);
            case "USMALLINT" -> integer(16, false);
            case "UINTEGER" -> integer(32, false);
            case "UBIGINT" -> integer(64, false);
            case "UHUGEINT" -> integer(128, false);
            case "DOUBLE", "FLOAT8" ->
                or(
                        at -> isNumber(at)
                                && (isLong(at) || Double.isFinite(decimal(at).doubleValue())),
                        PlainValue::isSmallDecimal);
            case "FLOAT", "FLOAT4", "REAL" ->
                or(
                        at -> isNumber(at)
                                && (isLong(at) || Float.isFinite(decimal(at).floatValue())),
                        PlainValue::isSmallDecimal);
            case "DECIMAL", "NUMERIC" -> decimal(type);
            case "BOOLEAN", "BOOL", "LOGICAL" ->
                or(
                        at -> at.currentToken().isBoolean() || isText(at, TRUTH),
                        (json, from, to) -> json[from] == 't' || json[from] == 'f');
            case "DATE" -> text(DATE);
            case "TIME" -> text(TIME);
            case "TIMESTAMP", "DATETIME", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE" -> text(TIMESTAMP);
            case "UUID" -> text(UUID);
            case "STRUCT", "ROW", "MAP" ->
                or(at -> at.currentToken() == JsonToken.START_OBJECT, (json, from, to) -> json[from] == '{');
            default -> or(at -> true, (json, from, to) -> true);
        };
    }

    private static ColumnType orNull(ColumnType type) {
        return or(
                at -> {
                    boolean fits = at.currentToken() == JsonToken.VALUE_NULL || type.fits(at);
                    at.skipChildren();
                    return fits;
                },
                (json, from, to) -> json[from] == 'n' || type.surelyFits(json, from, to));
    }

    /** @param plain what is told by the bytes alone, never more than {@code exact} finds */
    private static ColumnType or(ColumnType exact, PlainValue plain) {
        return new ColumnType() {
            @Override
            public boolean fits(JsonParser at) throws IOException {
                return exact.fits(at);
            }

            @Override
            public boolean surelyFits(byte[] json, int from, int to) {
                return plain.fits(json, from, to);
            }
        };
    }

    private static ColumnType text(Pattern form) {
        return or(
                at -> isText(at, form),
                (json, from, to) -> json[from] == '"'
                        && form.matcher(new String(json, from + 1, to - from - 2, StandardCharsets.ISO_8859_1))
                                .matches());
    }

    private static ColumnType integer(int bits, boolean signed) {
        BigInteger max = BigInteger.TWO.pow(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
        BigInteger min = signed ? max.negate().subtract(BigInteger.ONE) : BigInteger.ZERO;
        long largest = max.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
        long smallest = min.max(BigInteger.valueOf(Long.MIN_VALUE)).longValueExact();
        ColumnType exact = at -> {
            if (isLong(at)) {
                return at.getLongValue() >= smallest && at.getLongValue() <= largest;
            }
            if (!isNumber(at)) {
                return false;
            }
            BigDecimal number = decimal(at);
            return number.precision() - number.scale() <= 40
                    && number.stripTrailingZeros().scale() <= 0
                    && number.toBigInteger().compareTo(min) >= 0
                    && number.toBigInteger().compareTo(max) <= 0;
        };
        return or(exact, (json, from, to) -> PlainValue.isInteger(json, from, to, smallest, largest));
    }

    private static ColumnType decimal(String type) {
        int bracket = type.indexOf('(');
        String[] sizes = bracket < 0
                ? new String[] {"18", "3"}
                : type.substring(bracket + 1, type.lastIndexOf(')')).split(",");
        int precision = Integer.parseInt(sizes[0].strip());
        int scale = sizes.length < 2 ? 0 : Integer.parseInt(sizes[1].strip());
        return at -> {
            if (!isNumber(at)) {
                return false;
            }
            BigDecimal number = decimal(at);
            return number.signum() == 0 || number.precision() - number.scale() <= precision - scale;
        };
    }

    private static boolean isNumber(JsonParser at) throws IOException {
        return at.currentToken().isNumeric() || isText(at, NUMBER);
    }

    /** Most numbers are; they need no further look. */
    private static boolean isLong(JsonParser at) throws IOException {
        return at.currentToken() == JsonToken.VALUE_NUMBER_INT && at.getNumberType() != NumberType.BIG_INTEGER;
    }

    private static BigDecimal decimal(JsonParser at) throws IOException {
        return at.currentToken().isNumeric() ? at.getDecimalValue() : new BigDecimal(at.getText());
    }

    private static boolean isText(JsonParser at, Pattern form) throws IOException {
        return at.currentToken() == JsonToken.VALUE_STRING
                && form.matcher(at.getText()).matches();
    }

    private static boolean allFit(JsonParser at, ColumnType type) throws IOException {
        boolean all = true;
        while (at.nextToken() != JsonToken.END_ARRAY) {
            all &= type.fits(at);
        }
        return all;
    }
}
