/** Something to look at on the first start: orders that keep coming. */
@NullMarked
@ApplicationModule(allowedDependencies = {"connection"})
package dev.caravan.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
