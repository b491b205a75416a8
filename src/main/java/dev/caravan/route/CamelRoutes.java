package dev.caravan.route;

import dev.caravan.route.CompiledPipeline.CompiledKamelet;
import dev.caravan.route.CompiledPipeline.CompiledRoute;
import dev.caravan.route.CompiledPipeline.CompiledStep;
import dev.caravan.route.CompiledPipeline.ForEachRow;
import dev.caravan.route.CompiledPipeline.ThroughBean;
import dev.caravan.route.CompiledPipeline.ToKamelet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Endpoint;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Puts compiled routes into a Camel context and takes them out again without a trace. A value of the author becomes a
 * bean in Camel's registry, and the Kamelet's parameter a reference to it: Camel never parses the value. Kamelets for
 * single messages use values in endpoints, so theirs are passed as text; the document's check has refused placeholders.
 */
final class CamelRoutes {
    private static final long STOP_SECONDS = 60;
    private static final long QUIET_LOOK_MILLIS = 5;

    private final ModelCamelContext camel;

    /** Neither Camel's model nor its registry is made for changes at the same time. */
    private final Object model = new Object();

    CamelRoutes(ModelCamelContext camel) {
        this.camel = camel;
        for (Class<?> type : List.of(String.class, List.class, Map.class)) {
            camel.getTypeConverterRegistry().addTypeConverter(type, AuthorValue.class, new AuthorValue.Converter());
        }
    }

    /** Sends to routes. */
    ProducerTemplate producer() {
        return camel.createProducerTemplate();
    }

    /** Makes a bean known to the Kamelets. */
    void bind(String name, Object bean) {
        synchronized (model) {
            camel.getRegistry().bind(name, bean);
        }
    }

    void unbind(String name) {
        synchronized (model) {
            camel.getRegistry().unbind(name);
        }
    }

    /** Adds and starts a route; when it fails nothing of it stays. */
    void add(CompiledRoute route) throws Exception {
        try {
            synchronized (model) {
                kamelets(route).forEach(this::bind);
                camel.addRoutes(new RouteBuilder(camel) {
                    @Override
                    public void configure() {
                        define(from(route.from().uri()).routeId(route.id()).errorHandler(noErrorHandler()), route);
                    }
                });
            }
        } catch (Exception e) {
            try {
                remove(route);
            } catch (Exception alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** Adds and starts routes; when one fails nothing of any stays. */
    void addAll(List<CompiledRoute> routes) throws Exception {
        List<CompiledRoute> added = new ArrayList<>();
        try {
            for (CompiledRoute route : routes) {
                add(route);
                added.add(route);
            }
        } catch (Exception e) {
            for (CompiledRoute route : added) {
                remove(route);
            }
            throw e;
        }
    }

    private static void define(RouteDefinition definition, CompiledRoute route) {
        for (CompiledStep step : route.steps()) {
            ProcessorDefinition<?> at = definition;
            if (step instanceof ToKamelet to) {
                at.to(to.to().uri());
            } else if (step instanceof ThroughBean through) {
                at.process(through.bean());
            } else if (step instanceof ForEachRow forEach) {
                at.process(RowByRow.OPEN)
                        .split(new org.apache.camel.model.language.SimpleExpression("${body}"))
                        .aggregationStrategy(RowByRow.COLLECT)
                        .streaming()
                        .to(forEach.to().uri())
                        .end()
                        .process(RowByRow.CLOSE);
            }
        }
    }

    /**
     * Stops and removes a route with the routes, endpoints and beans that its Kamelets made. In the direction of the
     * messages: a source that still hands something on while nobody takes it would wait for a taker, half a minute long.
     */
    void remove(CompiledRoute route) throws Exception {
        stopRoute(route.from().routeId());
        stopRoute(route.id());
        for (CompiledKamelet kamelet : kamelets(route)) {
            stopRoute(kamelet.routeId());
        }
        synchronized (model) {
            forget(route);
        }
    }

    private void forget(CompiledRoute route) throws Exception {
        removeRoute(route.id());
        for (CompiledKamelet kamelet : kamelets(route)) {
            removeRoute(kamelet.routeId());
            unbind(kamelet);
        }
        for (Endpoint endpoint : List.copyOf(camel.getEndpoints())) {
            String uri = endpoint.getEndpointUri();
            if (kamelets(route).stream().anyMatch(kamelet -> belongsTo(uri, kamelet))
                    || uri.equals("direct://" + route.id())) {
                camel.removeEndpoint(endpoint);
            }
        }
    }

    private static boolean belongsTo(String uri, CompiledKamelet kamelet) {
        return uri.endsWith("/" + kamelet.routeId())
                || uri.contains("/" + kamelet.routeId() + "?")
                || uri.endsWith("routeId=" + kamelet.routeId());
    }

    /**
     * Waits until the consumer has ended, so without the lock. First by itself: Camel holds a lock of its own while it
     * stops a route, and one that writes for a minute would keep all others from starting and stopping.
     */
    private void stopRoute(String id) throws Exception {
        Route route = camel.getRoute(id);
        if (route != null && !camel.getRouteController().getRouteStatus(id).isStopped()) {
            ServiceHelper.stopService(route.getConsumer());
            awaitQuiet(id);
            camel.getRouteController().stopRoute(id, STOP_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void awaitQuiet(String id) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        while (camel.getInflightRepository().size(id) > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(QUIET_LOOK_MILLIS);
        }
    }

    private void removeRoute(String id) throws Exception {
        camel.removeRoute(id);
        RouteDefinition leftOver = camel.getRouteDefinition(id);
        if (leftOver != null) {
            camel.removeRouteDefinition(leftOver);
        }
    }

    private static List<CompiledKamelet> kamelets(CompiledRoute route) {
        CompiledRoute none = new CompiledRoute(route.id(), route.from(), List.of());
        return new CompiledPipeline(none, route, List.of())
                .kamelets().stream()
                        .filter(kamelet -> !kamelet.kamelet().equals("direct"))
                        .toList();
    }

    private void bind(CompiledKamelet kamelet) {
        Properties parameters = new Properties();
        kamelet.parameters().forEach((name, value) -> {
            if (kamelet.batch() && !isPlain(value)) {
                camel.getRegistry().bind(bean(kamelet, name), new AuthorValue(value));
                parameters.setProperty(name, "#bean:" + bean(kamelet, name));
            } else {
                parameters.setProperty(name, value.toString());
            }
        });
        routeProperties().put(kamelet.routeId(), parameters);
    }

    /** Words that mean nothing to Camel stand for themselves, so that a Kamelet may use them in an endpoint. */
    private static boolean isPlain(Object value) {
        return value instanceof Number
                || value instanceof Boolean
                || (value instanceof String text && text.matches("[A-Za-z0-9._-]{1,249}"));
    }

    private void unbind(CompiledKamelet kamelet) {
        routeProperties().remove(kamelet.routeId());
        kamelet.parameters().keySet().forEach(name -> camel.getRegistry().unbind(bean(kamelet, name)));
    }

    private Map<String, Properties> routeProperties() {
        KameletComponent component = camel.getComponent("kamelet", KameletComponent.class);
        synchronized (component) {
            if (component.getRouteProperties() == null) {
                component.setRouteProperties(new ConcurrentHashMap<>());
            }
            return component.getRouteProperties();
        }
    }

    private static String bean(CompiledKamelet kamelet, String parameter) {
        return kamelet.routeId() + "." + parameter;
    }
}
