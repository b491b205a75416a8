/** The program: one Spring Boot application, one Camel context. */
@NullMarked
package dev.caravan;

import org.jspecify.annotations.NullMarked;
