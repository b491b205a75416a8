package dev.caravan.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.route.CompiledPipeline.CompiledKamelet;
import dev.caravan.route.CompiledPipeline.CompiledRoute;
import dev.caravan.route.CompiledPipeline.ThroughBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CamelRoutesTest {
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final CamelRoutes routes = new CamelRoutes(camel);
    private final AtomicInteger taken = new AtomicInteger();

    @BeforeEach
    void open() throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                routeTemplate("ceaseless-source")
                        .from("timer:ceaseless?period=1&includeMetadata=false")
                        .to("kamelet:sink");
            }
        });
        routes.bind("taker", (Processor) exchange -> taken.incrementAndGet());
        camel.start();
    }

    @AfterEach
    void close() throws Exception {
        camel.close();
    }

    private static CompiledRoute route(String id, String taker) {
        return new CompiledRoute(
                id,
                new CompiledKamelet("ceaseless-source", id + "-source", true, Map.of()),
                List.of(new ThroughBean(taker)));
    }

    @Test
    void aRouteIsRemovedAtOnceWhileItsSourceHandsOn() throws Exception {
        CompiledRoute route = route("busy", "taker");
        routes.add(route);
        await().until(() -> taken.get() > 20);

        long since = System.nanoTime();
        routes.remove(route);

        // without a taker a source waits for one, for 30 seconds
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(15));
        assertThat(camel.getRoutes()).isEmpty();
    }

    @Test
    void aRouteThatEndsSlowlyKeepsNoOtherFromComingAndGoing() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        routes.bind("slow", (Processor) exchange -> {
            entered.countDown();
            goOn.await();
        });
        CompiledRoute slow = route("slow-route", "slow");
        CompiledRoute other = route("other", "taker");
        routes.add(slow);
        entered.await();
        CompletableFuture<Void> removal = CompletableFuture.runAsync(() -> remove(slow));
        await().until(() ->
                !ServiceHelper.isStarted(camel.getRoute("slow-route-source").getConsumer()));

        CompletableFuture<Void> meanwhile = CompletableFuture.runAsync(() -> {
            add(other);
            remove(other);
        });

        meanwhile.get(15, TimeUnit.SECONDS);
        assertThat(removal).isNotDone();
        goOn.countDown();
        removal.get(60, TimeUnit.SECONDS);
        assertThat(camel.getRoutes()).isEmpty();
    }

    private void add(CompiledRoute route) {
        try {
            routes.add(route);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void remove(CompiledRoute route) {
        try {
            routes.remove(route);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
