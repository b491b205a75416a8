/** A SELECT over one batch; pure: batch in, batch out. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "batch"})
package dev.caravan.sql;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
