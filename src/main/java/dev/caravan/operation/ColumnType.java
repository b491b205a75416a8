package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.Locale;
import java.util.regex.Pattern;

/** Whether a JSON value fits a declared DuckDB type; null fits every one. Types that are not known here fit anything. */
interface ColumnType {
    boolean fits(JsonNode value);

    Pattern DATE = Pattern.compile("\\d{4,6}-\\d{1,2}-\\d{1,2}");
    Pattern TIME = Pattern.compile("\\d{1,2}:\\d{2}(:\\d{2}(\\.\\d+)?)?");
    Pattern TIMESTAMP = Pattern.compile(DATE + "([ T]" + TIME + "( ?(Z|UTC|[+-]\\d{2}(:?\\d{2})?))?)?");
    Pattern UUID = Pattern.compile("\\p{XDigit}{8}(-?\\p{XDigit}{4}){3}-?\\p{XDigit}{12}");

    static ColumnType of(String declared) {
        String type = declared.strip().toUpperCase(Locale.ROOT);
        if (type.endsWith("]")) {
            ColumnType element =
                    of(declared.strip().substring(0, declared.strip().lastIndexOf('[')));
            return orNull(value -> value.isArray() && allFit(value.elements(), element));
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
                value -> isNumber(value) && Double.isFinite(decimal(value).doubleValue());
            case "FLOAT", "FLOAT4", "REAL" ->
                value -> isNumber(value) && Float.isFinite(decimal(value).floatValue());
            case "DECIMAL", "NUMERIC" -> decimal(type);
            case "BOOLEAN", "BOOL", "LOGICAL" ->
                value -> value.isBoolean() || isText(value, Pattern.compile("(?i)true|false"));
            case "DATE" -> value -> isText(value, DATE);
            case "TIME" -> value -> isText(value, TIME);
            case "TIMESTAMP", "DATETIME", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE" ->
                value -> isText(value, TIMESTAMP);
            case "UUID" -> value -> isText(value, UUID);
            case "STRUCT", "ROW", "MAP" -> JsonNode::isObject;
            default -> value -> true;
        };
    }

    private static ColumnType orNull(ColumnType type) {
        return value -> value.isNull() || type.fits(value);
    }

    private static ColumnType integer(int bits, boolean signed) {
        BigInteger max = BigInteger.TWO.pow(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
        BigInteger min = signed ? max.negate().subtract(BigInteger.ONE) : BigInteger.ZERO;
        return value -> {
            if (!isNumber(value) || decimal(value).precision() - decimal(value).scale() > 40) {
                return false;
            }
            BigDecimal number = decimal(value);
            return number.stripTrailingZeros().scale() <= 0
                    && number.toBigInteger().compareTo(min) >= 0
                    && number.toBigInteger().compareTo(max) <= 0;
        };
    }

    private static ColumnType decimal(String type) {
        int bracket = type.indexOf('(');
        String[] sizes = bracket < 0
                ? new String[] {"18", "3"}
                : type.substring(bracket + 1, type.lastIndexOf(')')).split(",");
        int precision = Integer.parseInt(sizes[0].strip());
        int scale = sizes.length < 2 ? 0 : Integer.parseInt(sizes[1].strip());
        return value -> {
            if (!isNumber(value)) {
                return false;
            }
            BigDecimal number = decimal(value);
            return number.signum() == 0 || number.precision() - number.scale() <= precision - scale;
        };
    }

    private static boolean isNumber(JsonNode value) {
        return value.isNumber()
                || isText(value, Pattern.compile("[+-]?\\d{1,100}(\\.\\d{0,100})?([eE][+-]?\\d{1,4})?"));
    }

    private static BigDecimal decimal(JsonNode value) {
        return value.isNumber() ? value.decimalValue() : new BigDecimal(value.textValue());
    }

    private static boolean isText(JsonNode value, Pattern form) {
        return value.isTextual() && form.matcher(value.textValue()).matches();
    }

    private static boolean allFit(Iterator<JsonNode> values, ColumnType type) {
        while (values.hasNext()) {
            if (!type.fits(values.next())) {
                return false;
            }
        }
        return true;
    }
}
