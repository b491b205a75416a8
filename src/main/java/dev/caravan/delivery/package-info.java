/** The promise: ledger, claims, object keys, dead letters, commit. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "connection", "trace", "batch"})
package dev.caravan.delivery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
