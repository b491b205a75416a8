package dev.caravan.bench.wait;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that do the same again and again, each with something of its own. */
final class Load {
    private Load() {}

    /** What a client does; closed when its time is over. */
    interface Work extends AutoCloseable {
        void once() throws Exception;

        @Override
        default void close() throws Exception {}
    }

    /** @param perSecond all clients together; 0 for as often as they can */
    static Figures run(int clients, double seconds, double perSecond, Callable<Work> works) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            long start = System.nanoTime();
            long end = start + (long) (seconds * 1e9);
            long pause = perSecond == 0 ? 0 : (long) (clients * 1e9 / perSecond);
            List<Future<List<Long>>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                long first = start + pause * i / clients;
                Work work = works.call();
                all.add(threads.submit(() -> client(work, first, end, pause)));
            }
            List<Long> nanos = new ArrayList<>();
            for (Future<List<Long>> one : all) {
                nanos.addAll(one.get());
            }
            double took = (System.nanoTime() - start) / 1e9;
            return new Figures(took, nanos.stream().mapToLong(Long::longValue).toArray());
        } finally {
            threads.shutdownNow();
        }
    }

    /** With a pace, the time counts from when it was due, so that one slow answer is not left out of those behind it. */
    private static List<Long> client(Work work, long first, long end, long pause) throws Exception {
        List<Long> nanos = new ArrayList<>();
        try (work) {
            long due = first;
            while (System.nanoTime() - end < 0) {
                long wait = due - System.nanoTime();
                if (pause > 0 && wait > 0) {
                    Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
                }
                long began = pause > 0 ? due : System.nanoTime();
                work.once();
                nanos.add(System.nanoTime() - began);
                due += pause;
            }
        }
        return nanos;
    }
}
