/** Work that is done again and again while the program runs. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.caravan.background;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
