/** Ties together what one request sets off: W3C Trace Context, and spans for an OpenTelemetry collector. */
@NullMarked
@ApplicationModule(allowedDependencies = {"connection"})
package dev.caravan.trace;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
