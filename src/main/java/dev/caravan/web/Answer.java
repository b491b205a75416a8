package dev.caravan.web;

/**
 * What goes back to the client.
 *
 * @param body shared: do not change it
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares answers
public record Answer(int status, String contentType, byte[] body) {}
