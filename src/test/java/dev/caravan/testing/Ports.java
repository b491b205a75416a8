package dev.caravan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ports for what cannot choose its own. They lie below those that systems give to outgoing connections, so that nobody
 * gets one between the choice and its use; nor does another JVM of this user that chooses here.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final Random RANDOM = new Random();
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    /** Has nothing in it: whoever has locked the byte at a port's number has the port. */
    private static final FileChannel LOCKS = locks();

    private Ports() {}

    /** A port of 127.0.0.1 that nobody listens on; never the same twice. */
    public static int free() {
        while (true) {
            int port = RANDOM.nextInt(FIRST, LAST);
            if (GIVEN.add(port) && isLocked(port) && nobodyListens(port)) {
                return port;
            }
        }
    }

    /** The lock goes with the JVM. */
    private static boolean isLocked(int port) {
        try {
            return LOCKS.tryLock(port, 1, false) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileChannel locks() {
        Path file =
                Path.of(System.getProperty("java.io.tmpdir"), "caravan-test-ports-" + System.getProperty("user.name"));
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean nobodyListens(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
