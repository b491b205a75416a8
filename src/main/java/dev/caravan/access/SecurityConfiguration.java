package dev.caravan.access;

import dev.caravan.problem.Problem;
import dev.caravan.web.Failures;
import dev.caravan.web.Strangers;
import dev.caravan.web.WebReason;
import jakarta.servlet.DispatcherType;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** Everything needs a key but what probes and newcomers have to reach. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    /** Matched by themselves: Spring's own choice asks every handler mapping for each of them, with each request. */
    private static final RequestMatcher[] OPEN = Stream.of(
                    "/observe/health", "/observe/health/**", "/openapi.yaml", "/docs", "/docs/**", "/v1/callbacks/*")
            .map(PathPatternRequestMatcher.withDefaults()::matcher)
            .toArray(RequestMatcher[]::new);

    /** What is left below that path when probes are let in. */
    private static final RequestMatcher MEASURED =
            PathPatternRequestMatcher.withDefaults().matcher("/observe/**");

    /** All that any path takes; Spring's firewall refuses others before paths are looked at. */
    private static final List<String> METHODS = List.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT");

    @Bean
    SecurityFilterChain apiSecurity(
            HttpSecurity http, KnownKeys keys, Tokens tokens, Strangers strangers, Failures failures) throws Exception {
        return http.csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                // no sessions, nobody without a name, no questions of the servlet API: each is a filter less
                .sessionManagement(AbstractHttpConfigurer::disable)
                .securityContext(
                        context -> context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
                .anonymous(AbstractHttpConfigurer::disable)
                .servletApi(AbstractHttpConfigurer::disable)
                .addFilterBefore(
                        new BearerFilter(keys, tokens, strangers, failures), AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(OPEN)
                        .permitAll()
                        .requestMatchers(MEASURED)
                        .access(SecurityConfiguration::measures)
                        .anyRequest()
                        .authenticated())
                .exceptionHandling(exceptions -> exceptions
                        .authenticationEntryPoint(missingKey(strangers))
                        .accessDeniedHandler(noMetrics(failures)))
                .build();
    }

    /** One observation a filter and request would cost as much as all filters; requests are observed as a whole. */
    @Bean
    SecurityObservationSettings requestsAsAWhole() {
        return SecurityObservationSettings.noObservations();
    }

    /** Metrics are those of all projects. */
    private static AuthorizationDecision measures(Supplier<Authentication> who, RequestAuthorizationContext asked) {
        return new AuthorizationDecision(who.get().getPrincipal() instanceof Caller caller
                && caller.project().equals(AdminKey.PROJECT)
                && caller.scopes().contains(Scope.PIPELINES_READ));
    }

    private static AccessDeniedHandler noMetrics(Failures failures) {
        String scope = Scope.PIPELINES_READ.id();
        return (request, response, refusal) -> failures.write(
                request,
                response,
                new Problem(
                        AccessReason.MISSING_SCOPE,
                        "This needs a key of the project " + AdminKey.PROJECT + " with the scope " + scope + ".",
                        List.of(),
                        Map.of("required_scope", scope)));
    }

    private static AuthenticationEntryPoint missingKey(Strangers strangers) {
        return (request, response, refusal) -> {
            response.setHeader("WWW-Authenticate", "Bearer");
            strangers.refuse(
                    request,
                    response,
                    new Problem(AccessReason.MISSING_KEY, "Send an API key: Authorization: Bearer <key>."));
        };
    }

    /** Event keys stand in paths and may have any printable character; who needs no key is decided by plain paths. */
    @Bean
    HttpFirewall anyKeyInAPath() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowUrlEncodedSlash(true);
        firewall.setAllowUrlEncodedDoubleSlash(true);
        firewall.setAllowUrlEncodedPercent(true);
        // as a character of a part, that is; one that stands there by itself begins a parameter and is refused
        firewall.getEncodedUrlBlocklist().removeAll(List.of("%3b", "%3B"));
        firewall.getDecodedUrlBlocklist().remove(";");
        firewall.setAllowedHeaderNames(PlainText::isName);
        firewall.setAllowedHeaderValues(PlainText::isValue);
        return firewall;
    }

    /** Keeps Spring Boot from making a user with a password of its own. */
    @Bean
    AuthenticationManager noPasswords() {
        return authentication -> {
            throw new BadCredentialsException("there are only API keys");
        };
    }

    @Bean
    RequestRejectedHandler rejected(Failures failures) {
        return (request, response, rejection) -> {
            boolean known = METHODS.contains(request.getMethod());
            if (!known) {
                response.setHeader("Allow", String.join(", ", METHODS));
            }
            failures.write(
                    request,
                    response,
                    known
                            ? new Problem(
                                    WebReason.MALFORMED_REQUEST,
                                    "The request is malformed: its path or a header is not allowed.")
                            : new Problem(WebReason.METHOD_NOT_ALLOWED, "No path of this server takes that method."));
        };
    }
}
