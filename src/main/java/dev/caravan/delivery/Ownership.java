package dev.caravan.delivery;

import java.util.List;
import java.util.OptionalLong;

/**
 * The right to claim ranges of a partition, until somebody else takes it.
 *
 * @param generation of the partition: one more each time that it is read again from another offset, see {@link Generations}
 * @param nextOffset where reading goes on; empty when nothing has been read and {@link Ledger#begin} has not been called
 * @param unfinished claims of earlier owners that are not COMMITTED, lowest offset first: finish them before reading on
 */
public record Ownership(long epoch, int generation, OptionalLong nextOffset, List<Claim> unfinished) {
    public Ownership {
        unfinished = List.copyOf(unfinished);
    }
}
