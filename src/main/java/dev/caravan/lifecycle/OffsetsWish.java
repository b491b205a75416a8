package dev.caravan.lifecycle;

import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/** From where a pipeline is to read its topic. */
public sealed interface OffsetsWish {
    /** As it is recorded. */
    String wireName();

    /** From the first message that Kafka still has. */
    record Earliest() implements OffsetsWish {
        @Override
        public String wireName() {
            return "earliest";
        }
    }

    /** From the next message on. */
    record Latest() implements OffsetsWish {
        @Override
        public String wireName() {
            return "latest";
        }
    }

    /** From the first message of this moment or later, by the messages' timestamps; from the next one when all are older. */
    record At(Instant time) implements OffsetsWish {
        @Override
        public String wireName() {
            return time.toString();
        }
    }

    /** From certain offsets; partitions that are not named go on where they are. */
    record Numbers(SortedMap<Integer, Long> byPartition) implements OffsetsWish {
        public Numbers {
            byPartition = new TreeMap<>(byPartition);
        }

        @Override
        public String wireName() {
            return "numbers";
        }
    }
}
