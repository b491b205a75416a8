package dev.caravan.delivery;

import dev.caravan.batch.OffsetRange;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of the ledger: which objects hold a range.
 *
 * @param cursor place in the list, for {@link FileQuery#cursor}
 * @param generation of the partition, see {@link Ownership}
 * @param target such as {@code s3://lake}
 * @param objects complete when COMMITTED; before that only the keys that are decided, without figures
 * @param replay whether it holds dead letters that were sent through again: only some offsets of its range
 * @param detail why it is DEAD; null otherwise
 */
public record FileEntry(
        long cursor,
        UUID claim,
        OffsetRange range,
        int generation,
        int version,
        ClaimStatus status,
        Instant batchTime,
        String target,
        List<StoredObject> objects,
        Counts counts,
        Instant claimedAt,
        @Nullable Instant committedAt,
        @Nullable String detail,
        boolean replay) {

    static List<StoredObject> decided(List<String> keys) {
        return keys.stream().map(key -> new StoredObject(key, 0, 0, "", "")).toList();
    }
}
