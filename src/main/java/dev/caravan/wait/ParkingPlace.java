package dev.caravan.wait;

/**
 * Where in a pipeline rows wait, the same for all of a batch.
 *
 * @param generation the reading of the partition that their messages belong to
 */
public record ParkingPlace(
        String project, String pipeline, int version, int generation, String step, int timeoutSecs) {}
