/** What becomes of pipelines: monitor events, and the surface around them below {@code /v0}. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "background",
            "problem",
            "web",
            "access",
            "pipeline",
            "lifecycle",
            "delivery",
            "batch",
            "log",
            "route"
        })
package dev.caravan.monitor;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
