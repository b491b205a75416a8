package dev.caravan.connection;

/**
 * Whether there is something to look at on the first start: the pipelines that come with the program, and orders for them.
 *
 * @param on {@code caravan.demo}; where it is not set, only when all servers are the bundled ones
 */
public record Demo(boolean on) {}
