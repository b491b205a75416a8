package dev.caravan.wait;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** A test of a race, run as often as {@code -Dwaits.races=…} says (2 times by default), each time with a new key. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(Race.Again.class)
@interface Race {
    /** Makes the runs. */
    final class Again implements TestTemplateInvocationContextProvider {
        private static final int TIMES = Integer.getInteger("waits.races", 2);

        @Override
        public boolean supportsTestTemplate(ExtensionContext context) {
            return true;
        }

        @Override
        public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
            return IntStream.range(0, TIMES).mapToObj(time -> new TestTemplateInvocationContext() {
                @Override
                public String getDisplayName(int invocation) {
                    return context.getDisplayName() + " " + invocation;
                }

                @Override
                public List<Extension> getAdditionalExtensions() {
                    return List.of();
                }
            });
        }
    }
}
