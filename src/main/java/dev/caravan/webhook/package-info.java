/** Tells subscribers what happens to pipelines: signed, retried, redelivered on request. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "background",
            "connection",
            "problem",
            "trace",
            "web",
            "access",
            "batch",
            "pipeline",
            "delivery",
            "lifecycle",
            "operation"
        })
package dev.caravan.webhook;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
