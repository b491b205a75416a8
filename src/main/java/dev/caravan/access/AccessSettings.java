package dev.caravan.access;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of access.
 *
 * @param adminKey {@code CARAVAN_ADMIN_KEY}: the admin key instead of one that is made; 32 or more printable characters
 * @param dataDir {@code CARAVAN_DATA_DIR}: where {@code admin.key} is written
 * @param jwtProjectClaim {@code CARAVAN_JWT_PROJECT_CLAIM}: the claim of a token that has its project
 */
@ConfigurationProperties("caravan")
record AccessSettings(
        @Nullable String adminKey,
        @DefaultValue("data") Path dataDir,
        @DefaultValue("project") String jwtProjectClaim) {
    Path keyFile() {
        return dataDir.resolve("admin.key");
    }

    @Override
    public String toString() {
        return "AccessSettings[adminKey=" + (adminKey == null ? "none" : "***") + ", dataDir=" + dataDir
                + ", jwtProjectClaim=" + jwtProjectClaim + "]";
    }
}
