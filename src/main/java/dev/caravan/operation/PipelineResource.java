package dev.caravan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.access.Caller;
import dev.caravan.access.Scope;
import dev.caravan.problem.Problem;
import dev.caravan.web.Answer;
import dev.caravan.web.QueryFields;
import dev.caravan.web.RequestBody;
import dev.caravan.web.StrictJson;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.web.util.UriUtils;

/** {@code /api/v1/pipelines}: pipelines as resources. What it asks for is done by the operations of {@code /pipeline}. */
final class PipelineResource {
    private static final String ROOT = "/api/v1/pipelines";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int RETRIES = 3;

    /** What a reader sees beside the document, and may send back with it; it is not read. */
    private static final Set<String> READ_ONLY = Set.of(
            "id",
            "version",
            "status",
            "desired",
            "error",
            "replicas",
            "topic",
            "provisioned",
            "created_at",
            "updated_at");

    private static final Set<String> NUMBERS = Set.of("limit", "partition", "offset");
    private static final Set<String> FLAGS = Set.of("force");

    private final Operation.Cases operations;

    PipelineResource(Operation.Cases operations) {
        this.operations = operations;
    }

    /** One request, taken apart. */
    private record Asked(HttpServletRequest request, Caller caller, List<String> path) {
        static Asked of(HttpServletRequest request) {
            String below = request.getRequestURI().substring(ROOT.length());
            List<String> path = below.isEmpty()
                    ? List.of()
                    : List.of(below.substring(1).split("/")).stream()
                            .map(segment -> UriUtils.decode(segment, StandardCharsets.UTF_8))
                            .toList();
            return new Asked(request, Caller.of(request), path);
        }

        String pipeline() {
            return path.get(0);
        }

        /** What of the pipeline; empty for the pipeline itself. */
        String part() {
            return String.join("/", path.subList(1, path.size()));
        }

        boolean is(String method) {
            return request.getMethod().equals(method);
        }

        ObjectNode parameters() {
            ObjectNode parameters = new QueryFields(request).object(NUMBERS, FLAGS);
            return path.isEmpty() ? parameters : parameters.put("pipeline", pipeline());
        }

        ObjectNode body() {
            byte[] body = RequestBody.of(request);
            return StrictJson.object(body);
        }
    }

    Answer answer(HttpServletRequest request) {
        Asked asked = Asked.of(request);
        asked.caller.require(asked.is("GET") ? Scope.PIPELINES_READ : Scope.PIPELINES_WRITE);
        if (asked.path.isEmpty()) {
            return asked.is("POST") ? create(asked) : done("list", asked);
        }
        return switch (asked.part()) {
            case "" -> one(asked);
            case "versions" -> done("versions", asked);
            case "files" -> done("files", asked);
            case "dead-letters" -> done("dead_letters", asked);
            case "dead-letters/replay" -> posted("replay_dead_letters", asked);
            case "preview" -> posted("preview", asked);
            case "route" -> route(asked);
            case "offsets" -> offsets(asked);
            default -> throw new IllegalStateException("not in the contract: " + request.getRequestURI());
        };
    }

    private Answer one(Asked asked) {
        if (asked.is("PUT")) {
            return update(asked);
        }
        if (asked.is("DELETE")) {
            return done("delete", asked);
        }
        return shown(200, done(OperationRequest.operation("get", asked.parameters(), ""), asked));
    }

    private Answer create(Asked asked) {
        noParameters(asked);
        Answer created = shown(201, done(new Operation.Create(asked.body()), asked));
        String id = StrictJson.object(created.body()).path("id").asText();
        return created.with("Location", ROOT + "/" + id);
    }

    private Answer update(Asked asked) {
        noParameters(asked);
        ObjectNode document = asked.body();
        document.remove(READ_ONLY);
        IfMatch expected = IfMatch.of(asked.request.getHeader("If-Match"));
        return shown(200, done(new Operation.Update(asked.pipeline(), document, expected), asked));
    }

    private Answer route(Asked asked) {
        noParameters(asked);
        String yaml = (String) done(new Operation.Route(asked.pipeline()), asked);
        return new Answer(200, "application/yaml", yaml.getBytes(StandardCharsets.UTF_8));
    }

    private Answer offsets(Asked asked) {
        noParameters(asked);
        Operation operation = asked.is("PUT")
                ? OffsetsRequest.read(asked.pipeline(), asked.body())
                : new Operation.Offsets(asked.pipeline());
        return Answer.json(200, done(operation, asked));
    }

    /** The parameters are the body. */
    private Answer posted(String operation, Asked asked) {
        noParameters(asked);
        ObjectNode parameters = asked.body().put("pipeline", asked.pipeline());
        return Answer.json(200, done(OperationRequest.operation(operation, parameters, ""), asked));
    }

    private Answer done(String operation, Asked asked) {
        return Answer.json(200, done(OperationRequest.operation(operation, asked.parameters(), ""), asked));
    }

    private Object done(Operation operation, Asked asked) {
        asked.caller.require(operation.scope());
        return Outages.bridged(
                operation.repeatable() ? RETRIES : 0,
                TIMEOUT,
                () -> operation.on(operations, new Call(asked.caller, TIMEOUT)));
    }

    /** The members of the document stand beside the others. */
    private static Answer shown(int status, Object full) {
        ObjectNode body = (ObjectNode) StrictJson.tree(full);
        JsonNode document = body.remove("document");
        body.remove("description");
        body.setAll((ObjectNode) document);
        return Answer.json(status, body)
                .with("ETag", IfMatch.tag(body.path("version").asInt()));
    }

    /** @throws Problem when there are any */
    private static void noParameters(Asked asked) {
        new QueryFields(asked.request).check();
    }
}
