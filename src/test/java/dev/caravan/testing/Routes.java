package dev.caravan.testing;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/** The paths that a running program answers at, whoever put them there, each parameter as {@code *}. */
public final class Routes {
    private static final Pattern PATH = Pattern.compile("(?<=[\\s(])/[^\\s()]+");

    private Routes() {}

    /** {@code POST /pipeline}, or {@code * /pipeline} for what looks at the method itself. */
    public static Set<String> of(List<HandlerMapping> mappings) {
        Set<String> routes = new TreeSet<>();
        for (HandlerMapping mapping : mappings) {
            if (mapping instanceof RequestMappingInfoHandlerMapping methods) {
                methods.getHandlerMethods().keySet().forEach(route -> add(routes, methods(route), paths(route)));
            } else if (mapping instanceof AbstractUrlHandlerMapping handlers) {
                add(routes, List.of("*"), handlers.getHandlerMap().keySet());
            } else if (mapping instanceof RouterFunctionMapping functions && functions.getRouterFunction() != null) {
                String text = functions.getRouterFunction().toString();
                add(
                        routes,
                        List.of("*"),
                        PATH.matcher(text).results().map(MatchResult::group).toList());
            }
        }
        return routes;
    }

    public static String plain(String path) {
        String plain = path.replaceFirst("/\\{\\*matchOnUriPrefix}$", "").replaceAll("\\{[^}]+}", "*");
        return plain.length() > 1 && plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    }

    private static List<String> methods(RequestMappingInfo route) {
        List<String> methods = route.getMethodsCondition().getMethods().stream()
                .map(Enum::name)
                .toList();
        return methods.isEmpty() ? List.of("*") : methods;
    }

    private static Collection<String> paths(RequestMappingInfo route) {
        return Stream.concat(route.getPatternValues().stream(), route.getDirectPaths().stream())
                .toList();
    }

    private static void add(Set<String> routes, List<String> methods, Collection<String> paths) {
        methods.forEach(method -> paths.forEach(path -> routes.add(method + " " + plain(path))));
    }
}
