package dev.caravan.embedded;

import dev.caravan.connection.S3Connection;
import dev.caravan.connection.StartException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 server in this process that keeps each object as a file: {@code <directory>/<bucket>/<key>}. */
public final class EmbeddedObjectStore implements AutoCloseable {
    private static final String REGION = "us-east-1";
    private static final long STOP_MS = 1000;
    private static final int THREADS = 64;

    private final S3Proxy proxy;
    private final S3Connection.Keys keys;

    private EmbeddedObjectStore(S3Proxy proxy, S3Connection.Keys keys) {
        this.proxy = proxy;
        this.keys = keys;
    }

    /**
     * Starts on the directory.
     *
     * @param port 0 for any free one
     * @param keys the only keys that requests can be signed with
     * @param bucket made when it is not there
     */
    public static EmbeddedObjectStore start(Path directory, int port, S3Connection.Keys keys, String bucket) {
        Path root = directory.toAbsolutePath(); // listings of a relative one are empty
        if (port != 0) {
            Ports.choose(port, "S3", "CARAVAN_EMBEDDED_S3_PORT");
        }
        try {
            Files.createDirectories(root.resolve(bucket));
            S3Proxy proxy = S3Proxy.builder()
                    .blobStore(new FilesystemNio2BlobStore(root.toString()))
                    .endpoint(URI.create("http://" + Ports.HOST + ":" + port))
                    .awsAuthentication(AuthenticationType.AWS_V4, keys.access(), keys.secret())
                    .jettyMaxThreads(THREADS)
                    .stopTimeout(STOP_MS)
                    .build();
            start(proxy);
            return new EmbeddedObjectStore(proxy, keys);
        } catch (IOException e) {
            throw new StartException("The embedded S3 does not start on " + directory + ": " + e, e);
        }
    }

    public S3Connection connection() {
        return new S3Connection(URI.create("http://" + Ports.HOST + ":" + proxy.getPort()), REGION, keys);
    }

    @Override
    public void close() {
        stop(proxy);
    }

    private static void start(S3Proxy proxy) throws IOException {
        try {
            proxy.start();
        } catch (Exception e) {
            stop(proxy);
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void stop(S3Proxy proxy) {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The embedded S3 did not stop", e);
        }
    }
}
