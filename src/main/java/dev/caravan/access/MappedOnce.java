package dev.caravan.access;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.stereotype.Component;

/**
 * Spring Security looks up the handler of each request beforehand, to have it at hand for matchers that ask for it; there are
 * none here, and among the routes of all APIs the look-up costs as much as the request's other filters.
 */
@Component
final class MappedOnce implements BeanDefinitionRegistryPostProcessor, PriorityOrdered {
    private static final String LOOKS_BEFOREHAND = "mvcHandlerMappingIntrospector";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (registry.containsBeanDefinition(LOOKS_BEFOREHAND)) {
            registry.removeBeanDefinition(LOOKS_BEFOREHAND);
        }
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
