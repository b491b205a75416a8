/** Compiles a pipeline into Camel routes; the only package that builds routes. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "background",
            "connection",
            "problem",
            "trace",
            "web",
            "pipeline",
            "kamelet",
            "batch",
            "sql",
            "delivery",
            "wait"
        })
package dev.caravan.route;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
