package dev.caravan.batch;

import dev.caravan.trace.TraceContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a batch on disk: one line of JSON for each, in the order of their offsets. A message that cannot be a
 * line (a tombstone, say) has an empty one, so that line and message stay in step. Closing deletes the files.
 */
public final class Spool implements AutoCloseable {
    private final Path file;
    private final Path side;
    private final OffsetRange range;
    private final Set<MetaColumn> inlined;
    private final Lines lines;
    private final List<DeadMessage> dead;
    private final long read;
    private final long allBytes;
    private final List<TraceContext> traces;
    private @Nullable FileChannel lineReader;
    private @Nullable FileChannel sideReader;

    Spool(
            Path file,
            Path side,
            OffsetRange range,
            Set<MetaColumn> inlined,
            Lines lines,
            List<DeadMessage> dead,
            long read,
            long allBytes,
            List<TraceContext> traces) {
        this.file = file;
        this.side = side;
        this.range = range;
        this.inlined = inlined;
        this.lines = lines;
        this.dead = List.copyOf(dead);
        this.read = read;
        this.allBytes = allBytes;
        this.traces = traces;
    }

    /** Newline-delimited JSON. */
    public Path file() {
        return file;
    }

    public OffsetRange range() {
        return range;
    }

    /** Columns that stand as members at the start of each line's object: see {@link SpoolWriter}. */
    public Set<MetaColumn> inlined() {
        return inlined;
    }

    /** Messages, the unreadable ones included. */
    public int size() {
        return lines.size();
    }

    /** Bytes of the file. */
    public long bytes() {
        return lines.end(size() - 1);
    }

    /** Bytes of both files. */
    public long allBytes() {
        return allBytes;
    }

    /** Bytes of the keys and values as they came from Kafka. */
    public long read() {
        return read;
    }

    /** Messages known to be unreadable when they were written: their lines are empty. In order of line. */
    public List<DeadMessage> dead() {
        return dead;
    }

    /** Those that the messages come from: see {@link dev.caravan.trace.MemberTraces}. */
    public List<TraceContext> traces() {
        return traces;
    }

    public long offset(int line) {
        return lines.offset(line);
    }

    /** Kafka's timestamp of the message in milliseconds since 1970. */
    public long timestamp(int line) {
        return lines.timestamp(line);
    }

    /** Position in the file of the first byte of a line; that of line {@code size()} is the length of the file. */
    public long position(int line) {
        return lines.start(line);
    }

    /** The bytes of a line, without its line feed; with the inlined members. */
    public byte[] line(int line) {
        long start = lines.start(line);
        return read(lines(), start, (int) (lines.end(line) - 1 - start));
    }

    public byte @Nullable [] key(int line) {
        return extras(line).key();
    }

    public List<Header> headers(int line) {
        return extras(line).headers();
    }

    /** The headers together with the attributes of a CloudEvent that came in an envelope. */
    public List<Header> eventHeaders(int line) {
        List<Header> headers = headers(line);
        CloudEvent event = envelope(line);
        return event == null ? headers : event.headers(headers);
    }

    private @Nullable CloudEvent envelope(int line) {
        Extras extras = extras(line);
        byte[] original = extras.original();
        return original != null && CloudEvent.isStructured(extras.headers()) ? CloudEvent.parse(original) : null;
    }

    /** The value exactly as it came from Kafka; null for a tombstone. */
    public byte @Nullable [] original(int line) {
        Extras extras = extras(line);
        if (extras.altered()) {
            return extras.original();
        }
        byte[] text = line(line);
        if (inlined.isEmpty()) {
            return text;
        }
        int prefix = InlinedColumns.of(inlined, offset(line), timestamp(line), extras.key(), extras.headers()).length;
        byte[] value = new byte[text.length - prefix + 1];
        value[0] = '{';
        System.arraycopy(text, prefix, value, 1, value.length - 1);
        return value;
    }

    /**
     * The value on one line: as it came from Kafka, but with spaces for line feeds; the data of a CloudEvent that came in an
     * envelope. Not for lines that are dead.
     */
    public byte[] value(int line) {
        CloudEvent event = envelope(line);
        byte[] value = event == null ? original(line) : event.data();
        if (value == null) {
            throw new IllegalArgumentException("line " + line + " has no value");
        }
        for (int i = 0; i < value.length; i++) {
            if (value[i] == '\n') {
                value[i] = ' ';
            }
        }
        return value;
    }

    private Extras extras(int line) {
        long position = lines.side(line);
        if (position < 0) {
            return Extras.NONE;
        }
        int length = ByteBuffer.wrap(read(sides(), position, Integer.BYTES)).getInt();
        return Extras.decode(ByteBuffer.wrap(read(sides(), position + Integer.BYTES, length)));
    }

    private synchronized FileChannel lines() {
        lineReader = opened(lineReader, file);
        return lineReader;
    }

    private synchronized FileChannel sides() {
        sideReader = opened(sideReader, side);
        return sideReader;
    }

    /** An interrupted thread closes the channel it reads from; the next reader gets another one. */
    private static FileChannel opened(@Nullable FileChannel channel, Path path) {
        try {
            return channel != null && channel.isOpen() ? channel : FileChannel.open(path, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(FileChannel channel, long position, int length) {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, position + buffer.position()) < 0) {
                    throw new IOException("the spool ends before " + (position + length));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.array();
    }

    @Override
    public synchronized void close() {
        try {
            if (lineReader != null) {
                lineReader.close();
            }
            if (sideReader != null) {
                sideReader.close();
            }
            Files.deleteIfExists(file);
            Files.deleteIfExists(side);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a line does not say.
     *
     * @param altered whether {@code original} must be kept because the line is not the value letter for letter
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Extras(byte @Nullable [] key, List<Header> headers, boolean altered, byte @Nullable [] original) {
        static final Extras NONE = new Extras(null, List.of(), false, null);

        byte[] encode() {
            int size = 4 + length(key) + 4 + 1 + 4 + length(original);
            for (Header header : headers) {
                size += 8 + utf8(header.name()).length + length(header.value());
            }
            ByteBuffer out = ByteBuffer.allocate(4 + size).putInt(size);
            put(out, key);
            out.putInt(headers.size());
            for (Header header : headers) {
                put(out, utf8(header.name()));
                put(out, header.value());
            }
            out.put((byte) (altered ? 1 : 0));
            put(out, original);
            return out.array();
        }

        static Extras decode(ByteBuffer in) {
            byte[] key = get(in);
            int count = in.getInt();
            List<Header> headers = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                byte[] name = get(in);
                headers.add(new Header(
                        new String(name == null ? new byte[0] : name, java.nio.charset.StandardCharsets.UTF_8),
                        get(in)));
            }
            return new Extras(key, headers, in.get() == 1, get(in));
        }

        private static byte[] utf8(String text) {
            return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        private static int length(byte @Nullable [] bytes) {
            return bytes == null ? 0 : bytes.length;
        }

        private static void put(ByteBuffer out, byte @Nullable [] bytes) {
            out.putInt(bytes == null ? -1 : bytes.length);
            if (bytes != null) {
                out.put(bytes);
            }
        }

        private static byte @Nullable [] get(ByteBuffer in) {
            int length = in.getInt();
            if (length < 0) {
                return null;
            }
            byte[] bytes = new byte[length];
            in.get(bytes);
            return bytes;
        }
    }
}
