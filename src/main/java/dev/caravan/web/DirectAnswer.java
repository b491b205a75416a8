package dev.caravan.web;

import dev.caravan.problem.Problem;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.ServerResponse;

/** An answer that something writes straight to the container: not through Camel, which keeps it until it is whole. */
public record DirectAnswer(Failures failures, Writing writing) implements ServerResponse {
    /** Writes the answer, or begins one that goes on when this has returned. */
    @FunctionalInterface
    public interface Writing {
        /** @throws Problem which is answered in the form of the API */
        void write(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    /** GET requests of a path, with and without a slash at its end like those that Camel answers. */
    public static RequestPredicate get(String path) {
        return RequestPredicates.GET(path).or(RequestPredicates.GET(path + "/"));
    }

    @Override
    public @Nullable ModelAndView writeTo(HttpServletRequest request, HttpServletResponse response, Context context)
            throws IOException {
        try {
            writing.write(request, response);
        } catch (RuntimeException e) {
            failures.write(request, response, failures.problem(request, e));
        }
        return null;
    }

    @Override
    public HttpStatusCode statusCode() {
        return HttpStatus.OK;
    }

    @Override
    @Deprecated
    public int rawStatusCode() {
        return statusCode().value();
    }

    @Override
    public HttpHeaders headers() {
        return new HttpHeaders();
    }

    @Override
    public MultiValueMap<String, Cookie> cookies() {
        return new LinkedMultiValueMap<>();
    }
}
