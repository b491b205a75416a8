package dev.caravan.embedded;

import dev.caravan.connection.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Picks the port of an embedded server: the wanted one if it is free, any free one for 0. */
final class Ports {
    /** The only address that embedded servers listen on. */
    static final String HOST = "127.0.0.1";

    private Ports() {}

    static int choose(int wanted, String server, String variable) {
        try {
            return bind(wanted);
        } catch (IOException e) {
            throw new StartException(
                    "Port " + wanted + " for the embedded " + server + " is taken; set " + variable
                            + " to a free port, or to 0 for any.",
                    e);
        }
    }

    static int free() {
        try {
            return bind(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int bind(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
            return socket.getLocalPort();
        }
    }
}
