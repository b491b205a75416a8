/** What every answer shares: request id, error bodies, limits. */
@NullMarked
@ApplicationModule(allowedDependencies = {"background", "problem", "trace"})
package dev.caravan.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
