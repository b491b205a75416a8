/** Moves each pipeline from actual to desired status; publishes every transition. */
@NullMarked
@ApplicationModule(allowedDependencies = {"background", "problem", "pipeline", "route", "batch", "delivery", "log"})
package dev.caravan.lifecycle;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
