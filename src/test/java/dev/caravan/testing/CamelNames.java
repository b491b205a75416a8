package dev.caravan.testing;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Headers that Camel or one of its components would obey. */
public final class CamelNames {
    private static final List<String> NAMES = List.of(
            "CamelHttpMethod",
            "CamelHttpUri",
            "CamelHttpUrl",
            "CamelHttpPath",
            "CamelHttpBaseUri",
            "CamelHttpQuery",
            "CamelHttpRawQuery",
            "CamelHttpHost",
            "CamelHttpPort",
            "CamelHttpResponseCode",
            "CamelHttpResponseText",
            "CamelHttpCharacterEncoding",
            "CamelHttpServletRequest",
            "CamelHttpServletResponse",
            "CamelHttpChunked",
            "CamelHttpServletContextPath",
            "CamelHttpProtocolVersion",
            "CamelHttpAuthentication",
            "CamelAuthentication",
            "CamelRestHttpUri",
            "CamelRestHttpQuery",
            "CamelSkipWwwFormUrlEncoding",
            "CamelFileName",
            "CamelFileNameOnly",
            "CamelFileNameConsumed",
            "CamelFileNameProduced",
            "CamelFileParent",
            "CamelFilePath",
            "CamelFileAbsolutePath",
            "CamelOverruleFileName",
            "CamelSqlQuery",
            "CamelSqlParameters",
            "CamelSqlRetrieveGeneratedKeys",
            "CamelSqlTemplate",
            "CamelAwsS3Key",
            "CamelAwsS3BucketName",
            "CamelAwsS3BucketDestinationName",
            "CamelAwsS3DestinationKey",
            "CamelAwsS3Operation",
            "CamelAwsS3ContentType",
            "CamelAwsS3CannedAcl",
            "CamelAwsS3Prefix",
            "CamelAwsS3Metadata",
            "CamelKafkaTopic",
            "CamelKafkaOverrideTopic",
            "CamelKafkaOverrideTimestamp",
            "CamelKafkaPartitionKey",
            "CamelKafkaKey",
            "CamelKafkaManualCommit",
            "CamelExecCommandExecutable",
            "CamelExecCommandArgs",
            "CamelExecCommandWorkingDir",
            "CamelBeanMethodName",
            "CamelBeanMultiParameterArray",
            "CamelJqExpression",
            "CamelLanguageScript",
            "CamelVelocityResourceUri",
            "CamelFreemarkerTemplate",
            "CamelXsltResourceUri",
            "CamelMongoDbOperation",
            "CamelToEndpoint",
            "CamelRedelivered",
            "CamelRouteStop",
            "CamelSlipEndpoint",
            "CamelCharsetName",
            "CamelMessageTimestamp",
            "org.apache.camel.exchange",
            "org.apache.camel.Exchange.FILE_NAME",
            "org.apache.camel.kafka.topic",
            "org_apache_camel_exchange");

    private CamelNames() {}

    /** Each as Camel writes it, in lower and in upper case, and in a mix of both. */
    public static List<String> inAnyCase() {
        return inEachCase().flatMap(List::stream).distinct().toList();
    }

    /** All of them in one case, then in the next. */
    public static Stream<List<String>> inEachCase() {
        return Stream.<UnaryOperator<String>>of(
                        name -> name,
                        name -> name.toLowerCase(Locale.ROOT),
                        name -> name.toUpperCase(Locale.ROOT),
                        CamelNames::mixed)
                .map(cased -> NAMES.stream().map(cased).toList());
    }

    private static String mixed(String name) {
        StringBuilder mixed = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char letter = name.charAt(i);
            mixed.append(i % 2 == 0 ? Character.toLowerCase(letter) : Character.toUpperCase(letter));
        }
        return mixed.toString();
    }
}
