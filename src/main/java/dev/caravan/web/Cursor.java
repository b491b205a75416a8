package dev.caravan.web;

import dev.caravan.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where a list goes on, as clients see it: opaque, so that what is behind it can change. */
public final class Cursor {
    private static final String FORM = "c1:";

    private Cursor() {}

    public static String of(String position) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((FORM + position).getBytes(StandardCharsets.UTF_8));
    }

    /** @throws Problem when this is no cursor of ours */
    public static @Nullable String position(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            if (text.startsWith(FORM) && text.indexOf('\0') < 0) {
                return text.substring(FORM.length());
            }
        } catch (IllegalArgumentException notBase64) {
            throw refusal();
        }
        throw refusal();
    }

    /** @throws Problem when this is no cursor of ours that holds a number */
    public static @Nullable Long number(@Nullable String cursor) {
        String position = position(cursor);
        try {
            return position == null ? null : Long.valueOf(position);
        } catch (NumberFormatException e) {
            throw refusal();
        }
    }

    private static Problem refusal() {
        return new Problem(
                WebReason.INVALID_CURSOR, "The cursor is not one of a next_cursor: take it from there as it is.");
    }
}
