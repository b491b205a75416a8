package dev.caravan.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which endpoints are connected to: a list of addresses that attackers use, and of those that must work. */
class UrlCorpusTest {
    record Case(boolean allowed, String url, String addresses) {
        static Case of(String line) {
            String[] parts = line.split("\\s{2,}", 3);
            return new Case(parts[0].equals("allow"), parts[1], parts.length < 3 ? "" : parts[2]);
        }

        InetAddress[] lookUp(String host) throws UnknownHostException {
            if (addresses.isEmpty()) {
                if (!host.matches("[0-9.]+|[0-9a-f:.]+")) {
                    throw new UnknownHostException(host);
                }
                return InetAddress.getAllByName(host);
            }
            String[] texts = addresses.split(",");
            InetAddress[] found = new InetAddress[texts.length];
            for (int i = 0; i < texts.length; i++) {
                found[i] = InetAddress.getByName(texts[i]);
            }
            return found;
        }

        boolean isConnectedTo(boolean allowPrivate) {
            try (Addresses addresses = new Addresses(this::lookUp, allowPrivate)) {
                return !addresses.of(TargetUrl.parse(url, allowPrivate)).join().isEmpty();
            } catch (RefusedTarget refused) {
                assertThat(refused.reason()).isNotBlank();
                return false;
            } catch (CompletionException e) {
                assertThat(e).hasCauseInstanceOf(RefusedTarget.class);
                return false;
            }
        }
    }

    static List<Case> publicOnly() {
        return read("urls.txt").toList();
    }

    static List<Case> privateToo() {
        return read("private-urls.txt").toList();
    }

    private static Stream<Case> read(String name) {
        try (var in = Objects.requireNonNull(UrlCorpusTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Case::of);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("publicOnly")
    void onlyPublicEndpointsAreConnectedTo(Case one) {
        assertThat(one.isConnectedTo(false)).as(one.toString()).isEqualTo(one.allowed());
    }

    @ParameterizedTest
    @MethodSource("privateToo")
    void privateEndpointsAreConnectedToWhereThatIsAllowed(Case one) {
        assertThat(one.isConnectedTo(true)).as(one.toString()).isEqualTo(one.allowed());
    }

    @Test
    void theCorpusIsLarge() {
        assertThat(publicOnly()).hasSizeGreaterThan(120);
    }

    @Test
    void aVeryLongUrlIsRefused() {
        String url = "https://example.com/" + "x".repeat(TargetUrl.LONGEST);
        assertThat(new Case(false, url, "93.184.216.34").isConnectedTo(false)).isFalse();
    }
}
