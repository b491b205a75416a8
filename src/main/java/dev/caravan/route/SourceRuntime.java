package dev.caravan.route;

import dev.caravan.batch.MetaColumn;
import dev.caravan.batch.Rows;
import dev.caravan.batch.Spool;
import dev.caravan.pipeline.BatchLimits;
import dev.caravan.pipeline.StartFrom;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What the consumers of one pipeline's source need to know.
 *
 * @param topicId asks Kafka for the id of the topic, which tells a topic that was made anew from the old one
 * @param owner name of this process in the ledger
 */
record SourceRuntime(
        String pipeline,
        String owner,
        StartFrom startFrom,
        Versions versions,
        SourceControl control,
        SourceListener listener,
        Supplier<Optional<String>> topicId) {

    /** The versions of a pipeline that can process a batch: the current one, and older ones with unfinished claims. */
    interface Versions {
        /** The version that processes what is read now; it changes while the source runs. */
        int current();

        /** When a batch of the current version closes. */
        BatchLimits limits();

        /**
         * Keeps versions open; to be said before they are used, and again with fewer when some are done with.
         *
         * @param user who uses them; what it said before no longer counts
         */
        void use(Object user, Set<Integer> versions);

        /** For spool files; nothing but that version's engine may read there. */
        Path directory(int version);

        /** Metadata columns that a version's queries name. */
        Set<MetaColumn> inlined(int version);

        /** Opens the messages for the steps of a version. */
        Rows open(int version, Spool spool, Instant batchTime);
    }
}
