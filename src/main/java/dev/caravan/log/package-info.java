/** What has happened to each pipeline, kept for people: bounded, the same on every replica. */
@NullMarked
@ApplicationModule(allowedDependencies = {"background"})
package dev.caravan.log;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
