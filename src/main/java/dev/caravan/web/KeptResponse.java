package dev.caravan.web;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Holds an answer back until {@link #release}, so that it can be kept before the client has it. One that grows beyond the limit
 * is let through from there on.
 */
final class KeptResponse extends HttpServletResponseWrapper {
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private final int limit;
    private final Out out = new Out();
    private @Nullable PrintWriter writer;
    private boolean through;
    private boolean error;

    KeptResponse(HttpServletResponse response, int limit) {
        super(response);
        this.limit = limit;
    }

    /** The body; null when there was too much of it. */
    byte @Nullable [] body() {
        flushWriter();
        return through ? null : held.toByteArray();
    }

    /** Whether the container answers, because nobody else could. */
    boolean isError() {
        return error;
    }

    /** Gives the client what was held back. */
    void release() throws IOException {
        flushWriter();
        if (!through && !error && held.size() > 0) {
            held.writeTo(super.getOutputStream());
        }
        through = true;
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return out;
    }

    @Override
    public PrintWriter getWriter() {
        if (writer == null) {
            writer = new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        }
        return writer;
    }

    @Override
    public void flushBuffer() throws IOException {
        flushWriter();
        if (through) {
            super.flushBuffer();
        }
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        held.reset();
    }

    @Override
    public void reset() {
        super.reset();
        held.reset();
    }

    @Override
    public void sendError(int status) throws IOException {
        error = true;
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        error = true;
        super.sendError(status, message);
    }

    private void flushWriter() {
        if (writer != null) {
            writer.flush();
        }
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        if (!through && held.size() + length > limit) {
            release();
        }
        if (through) {
            super.getOutputStream().write(bytes, offset, length);
        } else {
            held.write(bytes, offset, length);
        }
    }

    private final class Out extends ServletOutputStream {
        @Override
        public void write(int b) throws IOException {
            KeptResponse.this.write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            KeptResponse.this.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            if (through) {
                KeptResponse.super.getOutputStream().flush();
            }
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException("the answer is held back");
        }
    }
}
