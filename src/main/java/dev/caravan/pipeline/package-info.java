/** What an author declares: checked, versioned, stored. */
@NullMarked
@ApplicationModule(allowedDependencies = {"connection", "problem", "web", "access", "kamelet"})
package dev.caravan.pipeline;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
