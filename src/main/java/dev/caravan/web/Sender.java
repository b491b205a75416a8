package dev.caravan.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * Who sends a request, as far as limits and repetitions go.
 *
 * @param project whose objects it is about
 * @param id of the key, or of the person that a token names; no secret
 */
public record Sender(String project, String id) {
    private static final String ATTRIBUTE = Sender.class.getName();

    /** Empty for a request that was let in without a key. */
    static Optional<Sender> of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Sender sender ? Optional.of(sender) : Optional.empty();
    }

    /** For those who have found out; a client cannot set it. */
    public void attachTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
