package dev.caravan.delivery;

/**
 * An object as it is in the store.
 *
 * @param sha256 of its bytes, in lower-case hex
 * @param etag as the store gave it, with its quotes
 */
public record StoredObject(String key, long rows, long bytes, String sha256, String etag) {}
