package dev.caravan.batch;

import dev.caravan.trace.MemberTraces;
import dev.caravan.trace.TraceContext;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fills a {@link Spool}. Bytes go straight from the fetch buffer into the file; nothing is parsed. A line feed between
 * the tokens of a message is white space in JSON and becomes a space. When a query names {@code _offset},
 * {@code _timestamp}, {@code _key} or {@code _headers}, they are written as the first members of each object.
 */
public final class SpoolWriter implements AutoCloseable {
    /** A longer message becomes a dead letter. */
    public static final int MAX_MESSAGE_BYTES = 8 << 20;

    private static final int BUFFER_BYTES = 128 << 10;
    private static final int SIDE_BUFFER_BYTES = 64 << 10;

    private final String topic;
    private final int partition;
    private final Set<MetaColumn> inlined;
    private final Path file;
    private final Path side;
    private final FileChannel out;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable OutputStream sideOut;
    /** While the data of an envelope is added: the headers with its attributes, and the envelope. */
    private @Nullable List<Header> eventHeaders;

    private byte @Nullable [] original;
    private long position;
    private long sidePosition;
    private long read;
    private final Lines lines = new Lines();
    private final List<DeadMessage> dead = new ArrayList<>();
    private final MemberTraces traces = new MemberTraces();
    private List<Header> lastHeaders = List.of();
    private long lastSide;

    /**
     * @param file a path that does not exist yet; a second file with the ending {@code .side} may appear beside it
     * @param inlined columns that queries name; topic and partition are constants and are left out
     */
    public SpoolWriter(Path file, String topic, int partition, Set<MetaColumn> inlined) throws IOException {
        this.topic = topic;
        this.partition = partition;
        this.inlined = inlined.stream()
                .filter(MetaColumn::variesInBatch)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(MetaColumn.class)));
        this.file = file;
        this.side = file.resolveSibling(file.getFileName() + ".side");
        this.out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Messages so far. */
    public int size() {
        return lines.size();
    }

    /** Bytes so far, the side file not counted. */
    public long bytes() {
        return position;
    }

    /** Bytes of both files so far. */
    public long allBytes() {
        return position + sidePosition;
    }

    /**
     * Adds a message as it came from Kafka: the data of a CloudEvent in structured mode is the message, and its envelope is
     * kept as what came. Its offset must be higher than the one before.
     */
    public void appendMessage(
            long offset, long timestamp, byte @Nullable [] key, List<Header> headers, @Nullable ByteBuffer value)
            throws IOException {
        read += (key == null ? 0 : key.length) + (value == null ? 0 : value.remaining());
        byte[] envelope = value == null || !CloudEvent.isStructured(headers) ? null : copy(value);
        CloudEvent event = envelope == null ? null : CloudEvent.parse(envelope);
        if (event == null) {
            append(offset, timestamp, key, headers, value);
            return;
        }
        byte[] data = event.data();
        if (data == null) {
            see(headers);
            String detail = "the CloudEvent has no data that is a JSON object";
            refuse(offset, timestamp, key, headers, envelope, "no_data", detail);
            return;
        }
        eventHeaders = event.headers(headers);
        original = envelope;
        try {
            append(offset, timestamp, key, headers, ByteBuffer.wrap(data));
        } finally {
            eventHeaders = null;
            original = null;
        }
    }

    /** Adds a line. Its offset must be higher than the one before. */
    public void append(
            long offset, long timestamp, byte @Nullable [] key, List<Header> headers, @Nullable ByteBuffer value)
            throws IOException {
        see(headers);
        if (value == null) {
            refuse(offset, timestamp, key, headers, null, "tombstone", "the message has no value");
            return;
        }
        byte[] bytes = value.hasArray() ? value.array() : copy(value);
        int from = value.hasArray() ? value.arrayOffset() + value.position() : 0;
        int to = from + value.remaining();
        int newline = MessageText.indexOfNewline(bytes, from, to);
        String refusal = refusal(bytes, from, to, newline >= 0);
        if (refusal != null) {
            refuse(offset, timestamp, key, headers, original(value), refusal, sentence(refusal));
            return;
        }
        boolean altered = write(bytes, from, to, newline, offset, timestamp, key, headers) || original != null;
        put((byte) '\n');
        long sideAt = key == null && !altered
                ? keep(headers)
                : keep(new Spool.Extras(key, headers, altered, altered ? original(value) : null));
        lines.add(offset, timestamp, position, sideAt);
    }

    /** Links the batch to the trace of a message. */
    private void see(List<Header> headers) {
        for (Header header : headers) {
            if (header.name().equals(TraceContext.HEADER)) {
                traces.add(header.value());
            }
        }
    }

    /** Closes the files and gives the spool; the writer is done. */
    public Spool finish() throws IOException {
        if (lines.size() == 0) {
            throw new IllegalStateException("a spool has at least one message");
        }
        flush();
        close();
        OffsetRange range = new OffsetRange(topic, partition, lines.offset(0), lines.offset(lines.size() - 1));
        return new Spool(file, side, range, inlined, lines, dead, read, allBytes(), traces.list());
    }

    /** Closes and deletes the files. */
    public void discard() throws IOException {
        close();
        Files.deleteIfExists(file);
        Files.deleteIfExists(side);
    }

    @Override
    public void close() throws IOException {
        out.close();
        if (sideOut != null) {
            sideOut.close();
        }
    }

    private static @Nullable String refusal(byte[] bytes, int from, int to, boolean severalLines) {
        int length = to - from;
        if (length > MAX_MESSAGE_BYTES) {
            return "too_large";
        }
        if (MessageText.isBlank(bytes, from, to)) {
            return "blank";
        }
        String noObject = MessageText.objectRefusal(bytes, from, to);
        if (noObject != null) {
            return noObject;
        }
        boolean canBeTooDeep = length > 2 * MessageText.MAX_DEPTH;
        return canBeTooDeep || severalLines ? MessageText.refusal(bytes, from, to) : null;
    }

    private static String sentence(String refusal) {
        return switch (refusal) {
            case "too_large" -> "the message is longer than " + MAX_MESSAGE_BYTES + " bytes";
            case "blank" -> "the message is empty or white space";
            case "not_an_object" -> "the message is not a JSON object";
            case "malformed_json" -> "the message is not one line of JSON";
            case "nested_too_deep" -> "the JSON is nested deeper than " + MessageText.MAX_DEPTH + " levels";
            default -> throw new IllegalArgumentException(refusal);
        };
    }

    private void refuse(
            long offset,
            long timestamp,
            byte @Nullable [] key,
            List<Header> headers,
            byte @Nullable [] value,
            String reason,
            String detail)
            throws IOException {
        dead.add(new DeadMessage(lines.size(), reason, detail, null));
        put((byte) '\n');
        lines.add(offset, timestamp, position, keep(new Spool.Extras(key, headers, true, value)));
    }

    /** Whether the line is not the value letter for letter (the inlined members apart). */
    private boolean write(
            byte[] bytes,
            int from,
            int to,
            int firstNewline,
            long offset,
            long timestamp,
            byte @Nullable [] key,
            List<Header> headers)
            throws IOException {
        int start = from;
        boolean altered = false;
        if (!inlined.isEmpty()) {
            while (MessageText.isSpace(bytes[start])) {
                start++;
            }
            altered = start > from;
            boolean empty = closesAtOnce(bytes, start + 1, to);
            byte[] prefix = InlinedColumns.of(
                    inlined, offset, timestamp, key, headers, eventHeaders == null ? headers : eventHeaders);
            put(prefix, 0, empty ? prefix.length - 1 : prefix.length);
            altered |= empty;
            start++;
        }
        boolean isBehind = firstNewline >= 0 && firstNewline < start;
        int newline = isBehind ? MessageText.indexOfNewline(bytes, start, to) : firstNewline;
        while (newline >= 0) {
            altered = true;
            put(bytes, start, newline - start);
            put((byte) ' ');
            start = newline + 1;
            newline = MessageText.indexOfNewline(bytes, start, to);
        }
        put(bytes, start, to - start);
        return altered;
    }

    private static boolean closesAtOnce(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && MessageText.isSpace(bytes[i])) {
            i++;
        }
        return i < to && bytes[i] == '}';
    }

    /** Messages that were sent together often have the same headers: those are kept once. */
    private long keep(List<Header> headers) throws IOException {
        if (headers.isEmpty()) {
            return -1;
        }
        if (!same(headers, lastHeaders)) {
            lastSide = keep(new Spool.Extras(null, headers, false, null));
            lastHeaders = headers;
        }
        return lastSide;
    }

    private static boolean same(List<Header> some, List<Header> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            Header one = some.get(i);
            Header other = others.get(i);
            if (!one.name().equals(other.name()) || !Arrays.equals(one.value(), other.value())) {
                return false;
            }
        }
        return true;
    }

    private long keep(Spool.Extras extras) throws IOException {
        if (sideOut == null) {
            sideOut = new BufferedOutputStream(
                    Files.newOutputStream(side, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    SIDE_BUFFER_BYTES);
        }
        byte[] encoded = extras.encode();
        long at = sidePosition;
        sidePosition += encoded.length;
        sideOut.write(encoded);
        return at;
    }

    private byte[] original(ByteBuffer value) {
        byte[] envelope = original;
        return envelope == null ? copy(value) : envelope;
    }

    private static byte[] copy(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return bytes;
    }

    private void put(byte b) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put(b);
        position++;
    }

    private void put(byte[] bytes, int from, int length) throws IOException {
        int start = from;
        int left = length;
        while (left > 0) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int part = Math.min(left, buffer.remaining());
            buffer.put(bytes, start, part);
            start += part;
            left -= part;
        }
        position += length;
    }

    private void flush() throws IOException {
        buffer.flip();
        writeFully(out, buffer);
        buffer.clear();
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
