package dev.caravan.wait;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source on which the next statement with a certain text stands still, before it is sent or after it is done, until
 * the test lets it go; or is done, but its answer is lost.
 */
final class ParkedSql {
    private volatile @Nullable Parked next;

    /** One statement that is to stand still. */
    final class Parked {
        private final String text;
        private final boolean after;
        private final boolean answerLost;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);

        private Parked(String text, boolean after, boolean answerLost) {
            this.text = text;
            this.after = after;
            this.answerLost = answerLost;
        }

        void awaitReached() throws InterruptedException {
            if (!reached.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no statement with " + text);
            }
        }

        void release() {
            free.countDown();
        }

        private void stand() throws SQLException {
            next = null;
            reached.countDown();
            try {
                if (!answerLost && !free.await(60, TimeUnit.SECONDS)) {
                    throw new SQLException("nobody let the statement go");
                }
            } catch (InterruptedException e) {
                throw new SQLException(e);
            }
            if (answerLost) {
                throw new SQLException("the connection was lost", "08006");
            }
        }
    }

    Parked before(String text) {
        return park(new Parked(text, false, false));
    }

    Parked after(String text) {
        return park(new Parked(text, true, false));
    }

    Parked loseAnswerOf(String text) {
        return park(new Parked(text, true, true));
    }

    private Parked park(Parked parked) {
        next = parked;
        return parked;
    }

    DataSource around(DataSource source) {
        return proxy(DataSource.class, (proxy, method, arguments) -> {
            Object result = call(method, source, arguments);
            return result instanceof Connection connection ? connection(connection) : result;
        });
    }

    private Connection connection(Connection real) {
        return proxy(Connection.class, (proxy, method, arguments) -> {
            Object result = call(method, real, arguments);
            return result instanceof PreparedStatement statement
                            && method.getName().equals("prepareStatement")
                    ? statement(statement, (String) arguments[0])
                    : result;
        });
    }

    private PreparedStatement statement(PreparedStatement real, String sql) {
        return proxy(PreparedStatement.class, (proxy, method, arguments) -> {
            Parked parked = next;
            boolean stands = parked != null && method.getName().startsWith("execute") && sql.contains(parked.text);
            if (stands && !parked.after) {
                parked.stand();
            }
            Object result = call(method, real, arguments);
            if (stands && parked.after) {
                parked.stand();
            }
            return result;
        });
    }

    private static Object call(java.lang.reflect.Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
