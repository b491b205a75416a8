package dev.caravan.sql;

import dev.caravan.batch.DeadMessage;
import dev.caravan.batch.Spool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The lines of a source that are still to be processed. Lines that die are blanked in a copy of the file, so that line
 * numbers stay what they are.
 */
final class Survivors {
    private static final byte SPACE = ' ';

    private final Source source;
    private final Path copy;
    private final BitSet alive;
    private final Map<Integer, DeadMessage> dead = new TreeMap<>();
    private boolean copied;

    /** @param copy where a copy of the file may be made */
    Survivors(Source source, Path copy) {
        this.source = source;
        this.copy = copy;
        this.alive = new BitSet(source.spool().size());
        alive.set(0, source.spool().size());
        source.before().forEach(message -> dead.put(message.line(), message));
        for (DeadMessage message : source.spool().dead()) {
            alive.clear(message.line());
            add(source.dead(message.line(), message.reason(), message.detail(), message.step()));
        }
    }

    /** The file to read: its lines that are not blank are the survivors. */
    Path file() {
        return copied ? copy : source.spool().file();
    }

    int[] lines() {
        return alive.stream().toArray();
    }

    boolean none() {
        return alive.isEmpty();
    }

    /** All messages that cannot be processed, by line of the batch's spool. */
    List<DeadMessage> dead() {
        return new ArrayList<>(dead.values());
    }

    /** The same with some more, which stay in the file. */
    List<DeadMessage> deadWith(Collection<DeadMessage> messages) {
        messages.forEach(this::add);
        return dead();
    }

    private void add(DeadMessage message) {
        dead.putIfAbsent(message.line(), message);
    }

    /** Takes messages out; a message that became several rows goes with all of them. */
    void bury(Collection<DeadMessage> messages) throws IOException {
        messages.forEach(this::add);
        int[] buried = alive.stream()
                .filter(line -> dead.containsKey(source.origin(line)))
                .toArray();
        if (buried.length == 0) {
            return;
        }
        Spool spool = source.spool();
        if (!copied) {
            Files.copy(spool.file(), copy, StandardCopyOption.REPLACE_EXISTING);
            copied = true;
        }
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            for (int line : buried) {
                byte[] blank = new byte[(int) (spool.position(line + 1) - spool.position(line) - 1)];
                Arrays.fill(blank, SPACE);
                write(channel, ByteBuffer.wrap(blank), spool.position(line));
                alive.clear(line);
            }
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, position + bytes.position());
        }
    }

    /** Writes the lines {@code lines[from..to)} alone into a file. */
    static void copy(Spool spool, int[] lines, int from, int to, Path target) throws IOException {
        try (FileChannel in = FileChannel.open(spool.file(), StandardOpenOption.READ);
                FileChannel out = FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            int start = from;
            while (start < to) {
                int end = start + 1;
                while (end < to && lines[end] == lines[end - 1] + 1) {
                    end++;
                }
                long position = spool.position(lines[start]);
                long last = spool.position(lines[end - 1] + 1);
                while (position < last) {
                    position += in.transferTo(position, last - position, out);
                }
                start = end;
            }
        }
    }
}
