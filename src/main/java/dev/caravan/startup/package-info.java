/** What a person meets at the start: where it listens, a banner, one sentence when it fails. */
@NullMarked
@ApplicationModule(allowedDependencies = {"connection"})
package dev.caravan.startup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
