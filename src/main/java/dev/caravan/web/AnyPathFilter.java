package dev.caravan.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Brings asynchronous answers to their end below any path. Tomcat dispatches none to a path that has {@code ..}, {@code .} or
 * {@code //} once it is decoded, as an event key may have: the answer would be sent, but its request would never be over, and
 * the next one on the connection would wait for it. So such a request is dispatched to a plain path, and keeps its own.
 */
@Component
@Order(SecurityProperties.DEFAULT_FILTER_ORDER + 9)
final class AnyPathFilter implements Filter {
    private static final String PLAIN = "/dispatched";

    @Override
    public void doFilter(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws ServletException, IOException {
        HttpServletRequest request = (HttpServletRequest) any;
        HttpServletResponse response = (HttpServletResponse) answer;
        String path = request.getRequestURI();
        boolean strange = path.indexOf('%') >= 0 || path.contains("//") || path.contains("/.");
        chain.doFilter(strange ? new KeepingItsPath(request) : request, response);
    }

    private static final class KeepingItsPath extends HttpServletRequestWrapper {
        private final String uri;
        private final String servletPath;

        KeepingItsPath(HttpServletRequest request) {
            super(request);
            uri = request.getRequestURI();
            servletPath = request.getServletPath();
        }

        @Override
        public String getRequestURI() {
            return uri;
        }

        @Override
        public String getServletPath() {
            return servletPath;
        }

        @Override
        public AsyncContext startAsync() {
            return new PlainDispatch(super.startAsync(), PLAIN);
        }

        @Override
        public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
            return new PlainDispatch(super.startAsync(request, response), PLAIN);
        }
    }
}
