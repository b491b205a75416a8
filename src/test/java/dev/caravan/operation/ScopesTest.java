package dev.caravan.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.access.Scope;
import dev.caravan.problem.Problem;
import dev.caravan.testing.Contract;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract says for everything which scope it needs, and the program asks for that one. */
class ScopesTest {
    private static final Set<String> SCOPES =
            Arrays.stream(Scope.values()).map(Scope::id).collect(Collectors.toSet());

    static List<Contract.Call> calls() {
        return Contract.read().calls();
    }

    static Stream<Contract.Call> operations() {
        return calls().stream()
                .filter(call ->
                        call.template().equals("/pipeline") && call.method().equals("POST"));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everythingThatIsNotOpenSaysWhichScopeItNeeds(Contract.Call call) {
        if (call.open()) {
            assertThat(call.scope())
                    .as("%s is open (security: []), so take its x-scope out of openapi.yaml", call)
                    .isNull();
        } else {
            assertThat(call.scope())
                    .as(
                            "%s needs a line `x-scope: <one of %s>` in openapi.yaml, at the operation, or at the schema of"
                                    + " the body for an operation of POST /pipeline",
                            call, SCOPES)
                    .isIn(SCOPES);
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anOperationOfPipelineAsksForTheScopeOfTheContract(Contract.Call call) {
        OperationRequest asked = OperationRequest.parse(call.body("orders").getBytes(StandardCharsets.UTF_8));

        assertThat(asked.operation().scope().id()).as(call.name()).isEqualTo(call.scope());
    }

    @Test
    void theContractHasEveryOperationThatTheProgramKnows() {
        Problem unknown = assertThrows(
                Problem.class, () -> OperationRequest.parse("{\"operation\": \"?\"}".getBytes(StandardCharsets.UTF_8)));

        assertThat(operations().<Object>map(Contract.Call::operation))
                .as("the operations that openapi.yaml has a schema for, in the mapping of Request")
                .containsExactlyInAnyOrderElementsOf((List<?>) unknown.details().get("operations"));
    }
}
