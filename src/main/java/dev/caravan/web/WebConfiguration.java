package dev.caravan.web;

import dev.caravan.trace.CurrentTrace;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.thread.Threading;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.web.filter.UrlHandlerFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.handler.AbstractHandlerExceptionResolver;
import org.springframework.web.servlet.handler.HandlerExceptionResolverComposite;
import org.springframework.web.servlet.handler.MappedInterceptor;

/** How HTTP reaches Camel: threads, headers, time limits. */
@Configuration(proxyBeanMethods = false)
class WebConfiguration implements WebMvcConfigurer {
    /** Longer than any operation's own limit (5 minutes), so that the operation answers and not the container. */
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(6);

    /** An operation may wait for minutes (start, stop) while others go on. */
    private static final int THREADS = 64;

    private static final int WAITING = 1_024;

    /** What a client may still send of a body that is refused, so that it reads the answer and not a closed connection. */
    private static final int SWALLOWED = 256 << 20;

    @Override
    public void configureAsyncSupport(AsyncSupportConfigurer async) {
        async.setDefaultTimeout(ANSWER_WITHIN.toMillis());
    }

    /** A client's mistake is told to the client; it is not worth a line of the log each time. */
    @Override
    public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
        resolvers.forEach(resolver -> {
            if (resolver instanceof HandlerExceptionResolverComposite composite) {
                extendHandlerExceptionResolvers(composite.getExceptionResolvers());
            } else if (resolver instanceof AbstractHandlerExceptionResolver spring) {
                spring.setWarnLogCategory("");
            }
        });
    }

    @Bean
    MappedInterceptor unknownPaths(ContractPaths contract) {
        return new MappedInterceptor(null, contract);
    }

    @Bean("platform-http-engine")
    PlatformHttpEngine platformHttpEngine(Environment environment) {
        int port = environment.getProperty("server.port", Integer.class, 8080);
        return new SpringBootPlatformHttpEngine(port, threads(environment));
    }

    private static Executor threads(Environment environment) {
        if (Threading.VIRTUAL.isActive(environment)) {
            SimpleAsyncTaskExecutor virtual = new SimpleAsyncTaskExecutor("http-");
            virtual.setVirtualThreads(true);
            virtual.setTaskDecorator(withLoggingContext());
            return virtual;
        }
        ThreadPoolTaskExecutor threads = new ThreadPoolTaskExecutor();
        threads.setCorePoolSize(THREADS);
        threads.setMaxPoolSize(THREADS);
        threads.setAllowCoreThreadTimeOut(true);
        threads.setQueueCapacity(WAITING);
        threads.setThreadNamePrefix("http-");
        threads.setTaskDecorator(withLoggingContext());
        threads.setDaemon(true);
        threads.initialize();
        return threads;
    }

    private static TaskDecorator withLoggingContext() {
        return given -> {
            Map<String, String> context = MDC.getCopyOfContextMap();
            Runnable task = CurrentTrace.carry(given);
            return () -> {
                MDC.setContextMap(context == null ? Map.of() : context);
                try {
                    task.run();
                } finally {
                    MDC.clear();
                }
            };
        };
    }

    /** {@code /api/v1/pipelines/} is {@code /api/v1/pipelines}; before anybody looks at the path. */
    @Bean
    FilterRegistrationBean<UrlHandlerFilter> trailingSlashes() {
        var filter = new FilterRegistrationBean<>(UrlHandlerFilter.trailingSlashHandler("/api/v1/**")
                .wrapRequest()
                .build());
        filter.addUrlPatterns("/api/v1/*");
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    TimeMeter monotonicTime() {
        return TimeMeter.SYSTEM_NANOTIME;
    }

    @Bean
    RateLimit<Sender> rateLimit(WebSettings settings, TimeMeter time) {
        return new RateLimit<>(settings.rateLimit(), time);
    }

    @Bean
    ComponentCustomizer safeHeaders() {
        return ComponentCustomizer.forType(
                PlatformHttpComponent.class, component -> component.setHeaderFilterStrategy(new SafeHeaders()));
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> containerErrors() {
        return factory -> {
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass(ContainerErrors.class.getName());
                }
            });
            factory.addConnectorCustomizers(connector -> {
                connector.setProperty("maxSwallowSize", String.valueOf(SWALLOWED));
                // a slash inside a path's part stays encoded: it parts nothing
                connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
            });
        };
    }
}
