package dev.caravan.route;

import dev.caravan.batch.Header;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message that a preview sends through the steps. */
@SuppressWarnings("ArrayRecordComponent") // bytes as they came, never compared
public record PreviewMessage(
        int partition,
        long offset,
        long timestamp,
        byte @Nullable [] key,
        List<Header> headers,
        byte @Nullable [] value) {}
