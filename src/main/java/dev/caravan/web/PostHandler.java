package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/**
 * An operation of the contract that is asked for so often that it does not go through Camel, where each request costs an
 * exchange and two changes of thread. What it takes and gives is JSON, like what {@link Endpoint} does.
 */
public final class PostHandler implements HttpRequestHandler {
    private final Failures failures;
    private final Function<HttpServletRequest, Answer> operation;

    private PostHandler(Failures failures, Function<HttpServletRequest, Answer> operation) {
        this.failures = failures;
        this.operation = operation;
    }

    /**
     * Asked before Camel.
     *
     * @param path a pattern without a slash at its end
     * @param operation may throw; {@link Failures} tells the client what it may know
     */
    public static HandlerMapping at(String path, Failures failures, Function<HttpServletRequest, Answer> operation) {
        PostHandler handler = new PostHandler(failures, operation);
        return new SimpleUrlHandlerMapping(Map.of(path, handler, path + "/", handler), Integer.MIN_VALUE);
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Answer answer;
        try {
            if (!"POST".equals(request.getMethod())) {
                response.setHeader("Allow", "POST");
                throw Failures.of(HttpServletResponse.SC_METHOD_NOT_ALLOWED, request, "POST");
            }
            requireJson(request);
            answer = operation.apply(request);
        } catch (RuntimeException e) {
            answer = failures.answer(request, e);
        }
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setContentType(answer.contentType());
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }

    private static void requireJson(HttpServletRequest request) {
        String accept = request.getHeader("Accept");
        if (accept != null && !accept.equals("*/*") && !accept.isBlank() && !hasJson(accept)) {
            throw Failures.of(HttpServletResponse.SC_NOT_ACCEPTABLE, request, null);
        }
        String type = request.getContentType();
        boolean empty = type == null && RequestBody.of(request).length == 0;
        if (!empty && !isJson(type)) {
            throw Failures.of(HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE, request, null);
        }
    }

    private static boolean hasJson(String accept) {
        try {
            return MediaType.parseMediaTypes(accept).stream()
                    .anyMatch(type -> type.includes(MediaType.APPLICATION_JSON));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static boolean isJson(@Nullable String type) {
        if ("application/json".equals(type)) {
            return true;
        }
        try {
            return type != null && MediaType.APPLICATION_JSON.includes(MediaType.parseMediaType(type));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }
}
