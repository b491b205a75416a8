/** The catalogue read from {@code kamelets/}: parameters, which are required, secret, expressions. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem"})
package dev.caravan.kamelet;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
