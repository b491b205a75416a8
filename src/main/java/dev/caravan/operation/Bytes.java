package dev.caravan.operation;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a message in a JSON answer.
 *
 * @param data the text itself, or base64 where the bytes are not UTF-8
 */
record Bytes(Encoding encoding, String data) {
    enum Encoding {
        utf8,
        base64
    }

    static @Nullable Bytes of(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new Bytes(Encoding.utf8, text);
        } catch (CharacterCodingException notText) {
            return new Bytes(Encoding.base64, Base64.getEncoder().encodeToString(bytes));
        }
    }
}
