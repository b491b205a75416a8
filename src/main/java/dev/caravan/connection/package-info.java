/** Where Kafka, PostgreSQL and S3 are, and where Caravan keeps its files. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.caravan.connection;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
