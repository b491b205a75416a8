package dev.caravan.delivery;

import dev.caravan.batch.BatchException;
import dev.caravan.connection.S3Connection;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Calls S3 a few times within some seconds. What is still failing then becomes a {@link BatchException} of kind RETRY,
 * and the source keeps its position and comes again later. What only a person can mend is tried once.
 */
final class S3Attempts {
    private static final int TRIES = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    /** Client faults by their status, but they pass: S3 asks to send the request again. */
    private static final Set<String> PASSING = Set.of(
            "RequestTimeout",
            "NoSuchUpload",
            "SlowDown",
            "InternalError",
            "ConditionalRequestConflict",
            "OperationAborted");

    private final S3Connection connection;
    private final Pause pause;

    S3Attempts(S3Connection connection, Pause pause) {
        this.connection = connection;
        this.pause = pause;
    }

    /** The answer was read but cannot be right, such as an error in the body of a 200. */
    static final class WrongAnswer extends SdkException {
        WrongAnswer(String message) {
            super(SdkException.builder().message(message));
        }
    }

    <T> T run(String bucket, Supplier<T> call) {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.get();
            } catch (SdkException e) {
                if (!passes(e)) {
                    throw BatchException.retry("s3_refused", refused(bucket, e), e);
                }
                if (attempt == TRIES) {
                    throw BatchException.retry("s3_unavailable", unavailable(bucket, e), e);
                }
                backOff(bucket, attempt, e);
            }
        }
    }

    private void backOff(String bucket, int attempt, SdkException failure) {
        long most = FIRST_PAUSE.toMillis() << (2 * (attempt - 1));
        try {
            pause.pause(Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BatchException.retry("s3_unavailable", unavailable(bucket, failure), e);
        }
    }

    private static boolean passes(SdkException failure) {
        if (failure instanceof AwsServiceException answer) {
            int status = answer.statusCode();
            // 200 is an error in the body; 409 asks to repeat a conditional write
            return status >= 500 || status == 429 || status == 409 || status == 200 || PASSING.contains(code(answer));
        }
        return !lacksCredentials(failure);
    }

    private static boolean lacksCredentials(SdkException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("Unable to load credentials");
    }

    private String unavailable(String bucket, SdkException failure) {
        return "bucket " + bucket + " of " + connection + " does not answer as it should: " + said(failure)
                + ". It is tried again until it does.";
    }

    private String refused(String bucket, SdkException failure) {
        return "bucket " + bucket + " of " + connection + " refuses: " + said(failure) + ". " + remedy(failure)
                + " It is tried again until then.";
    }

    private static String remedy(SdkException failure) {
        if (!(failure instanceof AwsServiceException answer)) {
            return "Set CARAVAN_S3_ACCESS_KEY and CARAVAN_S3_SECRET_KEY, or one of the AWS default credentials.";
        }
        return switch (code(answer)) {
            case "NoSuchBucket" -> "Create the bucket, or correct 'bucket' in the pipeline's sink.";
            case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken" ->
                "Correct CARAVAN_S3_ACCESS_KEY and CARAVAN_S3_SECRET_KEY.";
            case "PermanentRedirect", "AuthorizationHeaderMalformed" ->
                "Set CARAVAN_S3_REGION to the region of the bucket.";
            case "AccessDenied" ->
                "Allow s3:PutObject, s3:GetObject, s3:DeleteObject and s3:AbortMultipartUpload on the bucket.";
            default -> "Correct the store's settings or the pipeline's sink.";
        };
    }

    private static String said(SdkException failure) {
        if (failure instanceof AwsServiceException answer) {
            String message = answer.awsErrorDetails() == null
                    ? ""
                    : String.valueOf(answer.awsErrorDetails().errorMessage());
            return answer.statusCode() + " " + code(answer) + (message.isEmpty() ? "" : " (" + message + ")");
        }
        return String.valueOf(failure.getMessage());
    }

    static String code(AwsServiceException answer) {
        return answer.awsErrorDetails() == null
                ? ""
                : String.valueOf(answer.awsErrorDetails().errorCode());
    }
}
