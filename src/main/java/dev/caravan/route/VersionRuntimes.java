package dev.caravan.route;

import dev.caravan.batch.Batch;

/** Finds what a batch's pipeline version needs to run. */
interface VersionRuntimes {
    VersionRuntime of(Batch batch);
}
