package dev.caravan.connection;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Asks a server whether it answers. */
@FunctionalInterface
interface Probe {
    int TIMEOUT_SECONDS = 5;

    /** Returns when the server answers, fails when it does not. */
    void ask() throws Exception;

    static Probe of(KafkaConnection kafka) {
        Map<String, Object> settings = kafka.with(Map.of(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_SECONDS * 1000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_SECONDS * 1000));
        return () -> {
            try (Admin admin = Admin.create(settings)) {
                admin.describeCluster().nodes().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        };
    }

    static Probe of(DatabaseConnection database) {
        Properties login = new Properties();
        login.put("user", database.user());
        login.put("password", database.password());
        login.put("connectTimeout", Integer.toString(TIMEOUT_SECONDS));
        login.put("loginTimeout", Integer.toString(TIMEOUT_SECONDS));
        return () -> {
            try (Connection connection = DriverManager.getConnection(database.url(), login)) {
                connection.isValid(TIMEOUT_SECONDS);
            }
        };
    }

    static Probe of(S3Client s3) {
        Set<String> wrongKeys = Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch");
        return () -> {
            try {
                s3.listBuckets(r -> r.maxBuckets(1));
            } catch (S3Exception e) {
                String code =
                        e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
                if (e.statusCode() >= 500 || wrongKeys.contains(code)) {
                    throw e; // any other refusal is an answer: listing buckets is a right that Caravan does not need
                }
            }
        };
    }

    /** The innermost reason, first sentence only. */
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage();
        if (message == null || message.isBlank()) {
            return root instanceof TimeoutException
                    ? "no answer within " + TIMEOUT_SECONDS + " s"
                    : root.getClass().getSimpleName();
        }
        int end = message.indexOf(". ");
        String sentence = message.lines().findFirst().orElse(message);
        return end > 0 && end < sentence.length() ? sentence.substring(0, end) : sentence;
    }
}
