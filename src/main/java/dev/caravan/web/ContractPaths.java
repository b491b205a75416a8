package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
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
        if (ofCamel && isBelow(request.getRequestURI())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return false;
        }
        return true;
    }

    /** Whether the path is none of a contract's, but starts like one. */
    boolean isBelow(String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        boolean below = false;
        for (HttpEndpointModel mounted :
                camel.getComponent("platform-http", PlatformHttpComponent.class).getHttpEndpoints()) {
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
