/** A topic subscription that starts a pipeline, behind {@code /api/v1/events}; a back end runs it. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "web", "access", "pipeline", "lifecycle"})
package dev.caravan.trigger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
