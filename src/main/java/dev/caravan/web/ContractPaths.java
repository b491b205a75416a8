package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.HttpEndpointModel;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Knows which paths a contract has. Camel mounts each of them as a prefix, and would answer what is below with a 404
 * whose body is that of the request.
 */
@Component
final class ContractPaths implements HandlerInterceptor {
    /** There are as many as routes have paths. */
    private static final Map<String, PathPattern> PATTERNS = new ConcurrentHashMap<>();

    private final CamelContext camel;

    ContractPaths(CamelContext camel) {
        this.camel = camel;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        boolean ofCamel =
                handler instanceof HandlerMethod method && method.getBean() instanceof SpringBootPlatformHttpConsumer;
        if (!ofCamel) {
            return true;
        }
        if (isBelow(request.getRequestURI())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return false;
        }
        Set<String> allowed = methods(request.getRequestURI());
        if (!allowed.isEmpty() && !allowed.contains(request.getMethod())) {
            response.setHeader("Allow", String.join(", ", allowed));
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return false;
        }
        return true;
    }

    /**
     * What may be done at exactly this path; nothing for a path that has none of its own. A prefix brings requests here
     * whose method is only that of a path above, and a path without parameters comes before those that have one.
     */
    private Set<String> methods(String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        List<HttpEndpointModel> here = mounted().stream()
                .filter(one -> matches(one.getUri(), parsed) || matches(one.getUri() + "/", parsed))
                .toList();
        boolean literal = here.stream().anyMatch(one -> !one.getUri().contains("{"));
        Set<String> methods = new TreeSet<>();
        for (HttpEndpointModel mounted : here) {
            if (mounted.getVerbs() == null) {
                return Set.of();
            }
            if (!literal || !mounted.getUri().contains("{")) {
                methods.addAll(
                        List.of(mounted.getVerbs().toUpperCase(Locale.ROOT).split(",")));
            }
        }
        if (!methods.isEmpty()) {
            methods.add("OPTIONS");
        }
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods;
    }

    private Set<HttpEndpointModel> mounted() {
        return camel.getComponent("platform-http", PlatformHttpComponent.class).getHttpEndpoints();
    }

    /** Whether the path is none of a contract's, but starts like one. */
    boolean isBelow(String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        boolean below = false;
        for (HttpEndpointModel mounted : mounted()) {
            if (matches(mounted.getUri(), parsed) || matches(mounted.getUri() + "/", parsed)) {
                return false;
            }
            if (matches(mounted.getUri() + "/**", parsed)) {
                if (wantsPrefix(mounted)) {
                    return false;
                }
                below = true;
            }
        }
        return below;
    }

    private static boolean matches(String pattern, PathContainer path) {
        return PATTERNS.computeIfAbsent(pattern, PathPatternParser.defaultInstance::parse)
                .matches(path);
    }

    /** A route that asks for a prefix itself is mounted at its own path; a contract's endpoint is at the root. */
    private static boolean wantsPrefix(HttpEndpointModel mounted) {
        return mounted.getConsumer().getEndpoint() instanceof PlatformHttpEndpoint endpoint
                && endpoint.isMatchOnUriPrefix()
                && endpoint.getPath().equals(mounted.getUri());
    }
}
