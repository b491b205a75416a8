package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code /docs}: read by anybody, and offline. */
class DocsTest extends ApiSlice {
    private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"([^\"]+)\"");

    @Test
    void thePageAndAllThatItNamesNeedNoKey() throws Exception {
        for (String path : List.of("/docs", "/docs/")) {
            HttpResponse<String> page = send(request(path).GET());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
            List<String> references = REFERENCE
                    .matcher(page.body())
                    .results()
                    .map(found -> found.group(1))
                    .filter(reference -> !reference.equals("data:,"))
                    .toList();
            assertThat(references).hasSizeGreaterThan(4).allMatch(reference -> reference.startsWith("/"));
            for (String reference : references) {
                assertThat(send(request(reference).GET()).statusCode())
                        .as(reference)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void nothingIsAskedForElsewhere() throws Exception {
        for (String path : List.of("/docs", "/docs/docs.js", "/docs/docs.css")) {
            HttpResponse<String> answer = send(request(path).GET());
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                    .startsWith("default-src 'none'")
                    .contains("script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("http", "unsafe-eval");
            assertThat(answer.body()).doesNotContain("http:", "https:", "src=\"//", "href=\"//", "url(");
        }
        assertThat(send(request("/docs/docs.js").GET()).body()).contains("validatorUrl: null", "url: '/openapi.yaml'");
        String styles = send(request("/docs/swagger-ui.css").GET()).body();
        assertThat(Pattern.compile("url\\((?!\"?data:)[^)]*\\)|@import")
                        .matcher(styles)
                        .results()
                        .map(MatchResult::group))
                .isEmpty();
    }

    @Test
    void whatIsNotThereIs404() throws Exception {
        refused(send(request("/docs/nothing.js").GET()), 404, "NOT_FOUND", "web.unknown_path");
    }
}
