package dev.caravan.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.web.servlet.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Where the servlet container sends what nobody answered: unknown paths, methods, media types, faults. */
@Controller
final class ErrorEndpoint implements ErrorController {
    private final Failures failures;
    private final ContractPaths contract;

    ErrorEndpoint(Failures failures, ContractPaths contract) {
        this.failures = failures;
        this.contract = contract;
    }

    @RequestMapping("${server.error.path:/error}")
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Original original = new Original(request);
        Object failure = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        if (failure instanceof Throwable thrown) {
            failures.write(original, response, failures.problem(original, thrown));
            return;
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        int code = status instanceof Integer known ? known : 404;
        if (code == 405 && contract.isBelow(original.getRequestURI())) {
            response.setHeader("Allow", null);
            code = 404;
        }
        failures.write(original, response, Failures.of(code, original, response.getHeader("Allow")));
    }

    /** The request as the client sent it; an error dispatch goes by another path. */
    private static final class Original extends HttpServletRequestWrapper {
        Original(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getRequestURI() {
            Object path = getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
            return path instanceof String known ? known : super.getRequestURI();
        }
    }
}
