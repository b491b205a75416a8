package dev.caravan.kamelet;

import dev.caravan.problem.Problem;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The Kamelets that a pipeline can use, by name. */
public final class KameletCatalog {
    private final Map<String, KameletDefinition> kamelets;

    /** Of several with one name the first counts. */
    KameletCatalog(Collection<KameletDefinition> kamelets) {
        Map<String, KameletDefinition> byName = new TreeMap<>();
        kamelets.forEach(kamelet -> byName.putIfAbsent(kamelet.name(), kamelet));
        this.kamelets = Collections.unmodifiableMap(byName);
    }

    /**
     * Those on the class path and those of a directory.
     *
     * @param directory null for none; a name that is taken already is not read again
     */
    public static KameletCatalog load(@Nullable Path directory) {
        return new KameletCatalog(KameletFiles.find(directory));
    }

    public Optional<KameletDefinition> find(String name) {
        return Optional.ofNullable(kamelets.get(name));
    }

    /** @throws Problem {@code kamelet.unknown}, with the nearest known name */
    public KameletDefinition get(String name) {
        return find(name).orElseThrow(() -> new Problem(KameletReason.UNKNOWN, unknown(name)));
    }

    public String unknown(String name) {
        return NearestName.unknown("Kamelet", name, kamelets.keySet());
    }

    /** All, by name. */
    public Collection<KameletDefinition> all() {
        return kamelets.values();
    }
}
