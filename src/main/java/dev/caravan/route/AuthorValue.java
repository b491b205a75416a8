package dev.caravan.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.apache.camel.support.TypeConverterSupport;
import org.jspecify.annotations.Nullable;

/**
 * A value that an author wrote, on its way into a Kamelet's bean. Camel resolves placeholders and references in every
 * string it binds; this is not a string, so it arrives as it was written.
 */
record AuthorValue(Object value) {
    /** Turns author values into what a bean's setter wants; lists and objects become JSON where it wants text. */
    static final class Converter extends TypeConverterSupport {
        private static final ObjectMapper JSON = new ObjectMapper();

        @Override
        public <T> @Nullable T convertTo(Class<T> type, @Nullable Exchange exchange, Object value) {
            Object raw = ((AuthorValue) value).value();
            if (type.isInstance(raw)) {
                return type.cast(raw);
            }
            return type == String.class ? type.cast(json(raw)) : null;
        }

        private static String json(Object raw) {
            try {
                return JSON.writeValueAsString(raw);
            } catch (JsonProcessingException e) {
                throw new TypeConversionException(raw, String.class, e);
            }
        }
    }
}
