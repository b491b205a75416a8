package dev.caravan.kamelet;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class NearestName {
    private NearestName() {}

    /** The known name with the fewest edits, when those are few for its length. */
    public static Optional<String> of(String name, Collection<String> known) {
        String plain = plain(name);
        return known.stream()
                .filter(candidate -> near(plain, plain(candidate)))
                .min(Comparator.comparingInt((String candidate) -> edits(plain, plain(candidate)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code unknown field 'lable', did you mean 'label'?} */
    public static String unknown(String what, String name, Collection<String> known) {
        String unknown = "unknown " + what + " '" + name + "'";
        Optional<String> nearest = of(name, known);
        if (nearest.isPresent()) {
            return unknown + ", did you mean '" + nearest.get() + "'?";
        }
        if (known.isEmpty()) {
            return unknown + ": there are none here";
        }
        return unknown + ": known are " + String.join(", ", List.copyOf(known));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    private static boolean near(String name, String candidate) {
        boolean prefix = name.length() >= 3 && (candidate.startsWith(name) || name.startsWith(candidate));
        return prefix || edits(name, candidate) <= Math.max(1, Math.min(name.length(), candidate.length()) / 3);
    }

    /** Insertions, deletions, replacements and swaps of neighbours. */
    private static int edits(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int step(int[][] cost, String a, String b, int i, int j) {
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
