/** One execution of a message past a wait, and its steps. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "web", "access", "pipeline", "wait"})
package dev.caravan.run;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
