package dev.caravan.webhook;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Takes the status of an answer and lets its body go; a body that is too long ends the connection. */
final class StatusOnly implements AsyncResponseConsumer<Integer> {
    private static final int LONGEST_BODY = 64 << 10;

    private volatile int code;
    private int length;
    private @Nullable FutureCallback<Integer> end;

    /** What came before the answer broke off, if it did. */
    OptionalInt code() {
        return code == 0 ? OptionalInt.empty() : OptionalInt.of(code);
    }

    @Override
    public void consumeResponse(
            HttpResponse response, @Nullable EntityDetails body, HttpContext context, FutureCallback<Integer> result) {
        code = response.getCode();
        end = result;
        if (body == null) {
            result.completed(code);
        }
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {
        // 1xx: the answer is still to come
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer bytes) throws IOException {
        length += bytes.remaining();
        bytes.position(bytes.limit());
        if (length > LONGEST_BODY) {
            throw new IOException("the body of the answer is too long");
        }
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        if (end != null) {
            end.completed(code);
        }
    }

    @Override
    public void failed(Exception cause) {
        // the request's own callback hears of it
    }

    @Override
    public void releaseResources() {
        end = null;
    }
}
