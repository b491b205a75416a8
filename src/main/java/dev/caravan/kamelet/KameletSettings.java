package dev.caravan.kamelet;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where Kamelets are found besides the class path.
 *
 * @param dir {@code CARAVAN_KAMELETS_DIR}: a directory with {@code *.kamelet.yaml} files, which need not exist. Text,
 *     because Spring would look for a path on the class path first; null for none
 */
@ConfigurationProperties("caravan.kamelets")
record KameletSettings(@Nullable String dir) {}
