package dev.caravan.wait;

/** Where in a pipeline rows wait, the same for all of a batch. */
public record ParkingPlace(String project, String pipeline, int version, String step, int timeoutSecs) {}
