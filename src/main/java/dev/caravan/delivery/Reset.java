package dev.caravan.delivery;

import java.time.Instant;

/**
 * Who has a partition read again, and from where.
 *
 * @param actor id of the key
 * @param to what was asked for, such as {@code earliest}
 * @param offset what it came to
 */
public record Reset(String actor, String to, long offset, Instant at) {}
