package dev.caravan.delivery;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Sets up what the delivery needs from outside: the object store, the broker, and the hook of the crash tests. */
@Configuration(proxyBeanMethods = false)
class DeliveryBeans {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final int CONNECTIONS = 64;

    @Bean
    Faults faults(@Value("#{systemProperties['" + KillingFaults.PROPERTY + "']}") @Nullable String setting) {
        return setting == null
                ? Faults.NONE
                : KillingFaults.parse(setting, () -> Runtime.getRuntime().halt(KillingFaults.EXIT_CODE));
    }

    @Bean
    S3Client s3Client(S3Settings settings) {
        return client(settings);
    }

    @Bean
    S3Objects s3Objects(S3Client client, S3Settings settings, Faults faults) {
        return new S3Objects(client, settings, faults, duration -> TimeUnit.NANOSECONDS.sleep(duration.toNanos()));
    }

    @Bean
    KafkaRows kafkaRows(Environment environment) {
        return new KafkaRows(KafkaClient.settings(environment));
    }

    /** Tries each call once; {@link S3Attempts} knows which to repeat. */
    static S3Client client(S3Settings settings) {
        return S3Client.builder()
                .httpClientBuilder(ApacheHttpClient.builder()
                        .connectionTimeout(CONNECT_TIMEOUT)
                        .socketTimeout(settings.timeout())
                        .maxConnections(CONNECTIONS))
                .region(Region.of(settings.region()))
                .endpointOverride(settings.endpoint())
                .forcePathStyle(settings.endpoint() != null)
                .credentialsProvider(credentials(settings))
                .overrideConfiguration(client -> client.retryStrategy(AwsRetryStrategy.doNotRetry()))
                // stores other than Amazon's do not all know the checksums that are on by default
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .build();
    }

    private static AwsCredentialsProvider credentials(S3Settings settings) {
        String accessKey = settings.accessKey();
        String secretKey = settings.secretKey();
        return accessKey == null || secretKey == null
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
    }
}
