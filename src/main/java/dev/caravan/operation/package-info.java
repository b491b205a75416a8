/** {@code POST /pipeline}: the operations as one sealed type, each delegating to its owner. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "connection",
            "problem",
            "trace",
            "web",
            "access",
            "kamelet",
            "pipeline",
            "route",
            "lifecycle",
            "batch",
            "delivery",
            "log"
        })
package dev.caravan.operation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
