package dev.caravan.delivery;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A stretch of a file as a request body.
 *
 * @param half position in the file at which {@link FaultPoint#DURING_PUT} is reached
 */
record FilePart(Path file, long from, long length, long half, Faults faults) {
    RequestBody asRequestBody() {
        return RequestBody.fromContentProvider(this::open, length, "application/octet-stream");
    }

    private InputStream open() {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            channel.position(from);
            return new Stretch(Channels.newInputStream(channel));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Stretch extends FilterInputStream {
        private long position = from;

        Stretch(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int most) throws IOException {
            long left = from + length - position;
            if (left == 0) {
                return -1;
            }
            // stops at the half, so that a test that ends the process there has sent the first half
            long end = position < half && half < position + most ? half - position : most;
            int read = super.read(buffer, offset, (int) Math.min(left, end));
            boolean crosses = read > 0 && position <= half && position + read > half;
            position += Math.max(read, 0);
            if (crosses) {
                faults.reach(FaultPoint.DURING_PUT);
            }
            return read;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
