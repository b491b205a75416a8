package dev.caravan.web;

import dev.caravan.problem.Problem;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** A body in the encoding of its {@code Content-Encoding} header (RFC 9110, 8.4); refuses what grows suspiciously. */
final class InflatedBody extends FilterInputStream {
    /** Text of many like rows gets a few hundred times smaller, deflate's best is about 1,000. */
    private static final long MAX_RATIO = 500;

    /** Below this the ratio does not matter. */
    private static final long HARMLESS = 1 << 20;

    private final Counted compressed;
    private long inflated;

    private InflatedBody(Counted compressed) throws IOException {
        super(new GZIPInputStream(compressed, 8 << 10));
        this.compressed = compressed;
    }

    /** @throws Problem when the encoding is not known or the body does not begin like it */
    static InputStream of(@Nullable String encoding, InputStream body) throws IOException {
        String name = encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "identity", "" -> body;
            case "gzip", "x-gzip" -> {
                try {
                    yield new InflatedBody(new Counted(body));
                } catch (ZipException | EOFException e) {
                    throw corrupt();
                }
            }
            default ->
                throw new Problem(
                        WebReason.UNSUPPORTED_ENCODING,
                        "Bodies are taken as they are or with Content-Encoding: gzip.",
                        List.of(),
                        Map.of("encodings", List.of("gzip", "identity")));
        };
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            int read = super.read(into, offset, length);
            inflated += Math.max(0, read);
            if (inflated > HARMLESS && inflated > MAX_RATIO * compressed.bytes) {
                throw new Problem(
                        WebReason.BODY_TOO_LARGE, "The body inflates to more than " + MAX_RATIO + " times its size.");
            }
            return read;
        } catch (ZipException | EOFException e) {
            throw corrupt();
        }
    }

    private static Problem corrupt() {
        return new Problem(WebReason.MALFORMED_REQUEST, "The body is not gzip, as Content-Encoding says, to its end.");
    }

    private static final class Counted extends FilterInputStream {
        private long bytes;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            bytes += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            bytes += Math.max(0, read);
            return read;
        }
    }
}
