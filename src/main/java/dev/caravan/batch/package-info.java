/** A batch of messages: range, spool file, rows; bytes in, bytes out. */
@NullMarked
@ApplicationModule(allowedDependencies = {"trace"})
package dev.caravan.batch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
