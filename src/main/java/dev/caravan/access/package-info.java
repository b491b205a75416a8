/** Who is calling, with which scopes, in which project. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem", "web"})
package dev.caravan.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
