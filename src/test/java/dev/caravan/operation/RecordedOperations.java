package dev.caravan.operation;

import dev.caravan.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** The operations' fake: remembers what it was asked, and answers what a test wants. */
final class RecordedOperations implements Operation.Cases {
    final List<Operation> asked = new CopyOnWriteArrayList<>();
    final List<Call> calls = new CopyOnWriteArrayList<>();
    volatile BiFunction<Operation, Call, Object> answer = (operation, call) -> Map.of();

    void reset() {
        asked.clear();
        calls.clear();
        answer = (operation, call) -> Map.of();
    }

    void fail(Problem problem) {
        answer = (operation, call) -> {
            throw problem;
        };
    }

    private Object answer(Operation operation, Call call) {
        asked.add(operation);
        calls.add(call);
        return answer.apply(operation, call);
    }

    @Override
    public Object create(Operation.Create operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object update(Operation.Update operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object route(Operation.Route operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object validate(Operation.Validate operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object get(Operation.Get operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object list(Operation.ListPipelines operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object delete(Operation.Delete operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object start(Operation.Start operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object pause(Operation.Pause operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object resume(Operation.Resume operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object stop(Operation.Stop operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object ingest(Operation.Ingest operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object offsets(Operation.Offsets operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object resetOffsets(Operation.ResetOffsets operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object transform(Operation.Transform operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object versions(Operation.Versions operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object monitor(Operation.Monitor operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object files(Operation.Files operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object deadLetters(Operation.DeadLetters operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object replayDeadLetters(Operation.ReplayDeadLetters operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object preview(Operation.PreviewSteps operation, Call call) {
        return answer(operation, call);
    }

    @Override
    public Object logs(Operation.Logs operation, Call call) {
        return answer(operation, call);
    }
}
