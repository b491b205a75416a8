package dev.caravan.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Why a pipeline moves.
 *
 * @param what what was asked for, such as {@code stop}, or what was found, such as {@code s3_unavailable}
 * @param actor id of the key of the person who asked, or the name of the replica that found it; null when nobody did
 */
public record Cause(String what, @Nullable String actor) {}
