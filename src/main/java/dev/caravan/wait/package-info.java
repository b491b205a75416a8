/** Durable waits: created, resolved by a signal, timed out, canceled. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "web", "access", "batch", "trace"})
package dev.caravan.wait;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
