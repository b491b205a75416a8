package dev.caravan.wait;

import dev.caravan.access.Scope;
import dev.caravan.web.DirectAnswer;
import dev.caravan.web.Endpoint;
import dev.caravan.web.Failures;
import dev.caravan.web.PostHandler;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** What the routes of {@code /v1/events} end at, and who may use it. */
@Configuration(proxyBeanMethods = false)
class WaitConfiguration {
    @Bean
    Endpoint waitList(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_READ, calls::list);
    }

    @Bean
    Endpoint waitStats(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_READ, calls::stats);
    }

    @Bean
    Endpoint waitGet(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_READ, calls::get);
    }

    @Bean
    Endpoint waitRegister(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_WRITE, calls::register);
    }

    @Bean
    Endpoint waitCancel(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_WRITE, calls::cancel);
    }

    @Bean
    Endpoint waitPurge(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_WRITE, calls::purge);
    }

    @Bean
    HandlerMapping waitSend(Failures failures, WaitCalls calls) {
        return PostHandler.at("/v1/events/*/send", failures, WaitRequest.operation(Scope.EVENTS_SEND, calls::send));
    }

    @Bean
    Endpoint waitReject(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_SEND, calls::reject);
    }

    @Bean
    Endpoint waitSendPrefix(Failures failures, WaitCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_SEND, calls::sendPrefix);
    }

    /** A link gives its owner's right to send away, so only who has it can make one. */
    @Bean
    Endpoint waitLinkCreate(Failures failures, WaitLinkCalls calls) {
        return WaitRequest.endpoint(failures, Scope.EVENTS_SEND, calls::create);
    }

    @Bean
    Endpoint waitLinkShow(Failures failures, WaitLinkCalls calls) {
        return new Endpoint(failures, calls::show);
    }

    @Bean
    Endpoint waitLinkUse(Failures failures, WaitLinkCalls calls) {
        return new Endpoint(failures, calls::use);
    }

    @Bean
    RouterFunction<ServerResponse> waitStream(WaitStreamEndpoint endpoint) {
        return RouterFunctions.route(DirectAnswer.get("/v1/events/{eventKey}/stream"), endpoint::open);
    }
}
