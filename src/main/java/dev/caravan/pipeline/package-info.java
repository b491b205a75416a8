/** What an author declares: checked, versioned, stored. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "web", "access", "kamelet"})
package dev.caravan.pipeline;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
