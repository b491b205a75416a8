/** Starts the broker, the database and the object store when none is configured. */
@NullMarked
@ApplicationModule(allowedDependencies = {"connection"})
package dev.caravan.embedded;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
