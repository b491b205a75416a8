package dev.caravan.web;

import java.io.IOException;
import java.time.Clock;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * Answers what Tomcat refuses before the program sees it (a malformed request line, headers too large) like everything
 * else. Tomcat makes it by its name.
 */
public final class ContainerErrors extends ErrorReportValve {
    private final Clock clock = Clock.systemUTC();

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String id = RequestId.isAcceptable(request.getHeader(RequestId.HEADER))
                ? request.getHeader(RequestId.HEADER)
                : RequestId.fresh();
        Answer answer = ErrorForm.of(request.getRequestURI())
                .answer(id, clock.instant(), Failures.of(status, request, response.getHeader("Allow")));
        try {
            response.setContentType(answer.contentType());
            response.setHeader(RequestId.HEADER, id);
            response.setContentLength(answer.body().length);
            response.getOutputStream().write(answer.body());
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            // the connection is gone: nobody is left to answer
            container.getLogger().debug("no answer to a refused request", e);
        }
    }
}
