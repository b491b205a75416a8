package dev.caravan.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ports for what cannot choose its own. They lie below those that systems give to outgoing connections, so that nobody
 * gets one between the choice and its use.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final Random RANDOM = new Random();
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port of 127.0.0.1 that nobody listens on; never the same twice. */
    public static int free() {
        while (true) {
            int port = RANDOM.nextInt(FIRST, LAST);
            if (GIVEN.add(port) && nobodyListens(port)) {
                return port;
            }
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
