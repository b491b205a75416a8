package dev.caravan.monitor;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an expression of PromQL, or a query of Grafana's for the values of a label, names. */
record Expression(String text) {
    private static final Pattern TEXTS = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern MATCHER = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)\\s*(?:=~|!~|!=|=)\\s*\"\"");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|on|without|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern VALUES_OF = Pattern.compile("label_values\\(\\s*(.+)\\s*,\\s*(\\w+)\\s*\\)");
    private static final Pattern NAME = Pattern.compile("(?<![$\\w])[a-zA-Z_:][a-zA-Z0-9_:]*\\b(?!\\s*\\()");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset", "bool");

    Set<String> metrics() {
        String rest = GROUPING.matcher(withoutTexts()).replaceAll(" ");
        rest = rest.replaceAll("\\{[^}]*}", " ").replaceAll("\\[[^]]*]", " ");
        rest = VALUES_OF.matcher(rest).replaceAll("$1");
        return NAME.matcher(rest)
                .results()
                .map(MatchResult::group)
                .filter(name -> !WORDS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those that it asks for or groups by. */
    Set<String> labels() {
        Stream<String> asked = MATCHER.matcher(withoutTexts()).results().map(found -> found.group(1));
        Stream<String> valued = VALUES_OF.matcher(text).results().map(found -> found.group(2));
        return Stream.of(asked, valued, groups()).flatMap(all -> all).collect(Collectors.toCollection(TreeSet::new));
    }

    private Stream<String> groups() {
        return GROUPING.matcher(withoutTexts())
                .results()
                .flatMap(found -> Arrays.stream(found.group(1).split(",")))
                .map(String::trim)
                .filter(label -> !label.isEmpty());
    }

    private String withoutTexts() {
        return TEXTS.matcher(text).replaceAll("\"\"");
    }
}
