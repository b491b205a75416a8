/** How a request can fail: wire code, reason, what to do next. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.caravan.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
