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
    private final Envelope envelope = new Envelope(Clock.systemUTC());

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String id = RequestId.isAcceptable(request.getHeader(RequestId.HEADER))
                ? request.getHeader(RequestId.HEADER)
                : RequestId.fresh();
        byte[] body = envelope.failure(id, Failures.of(status, request, response.getHeader("Allow")));
        try {
            response.setContentType("application/json");
            response.setHeader(RequestId.HEADER, id);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            // the connection is gone: nobody is left to answer
            container.getLogger().debug("no answer to a refused request", e);
        }
    }
}
