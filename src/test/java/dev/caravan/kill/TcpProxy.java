package dev.caravan.kill;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands before a server and takes it away: connections are reset, or nothing comes through any more. */
final class TcpProxy implements Closeable {
    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private State state = State.OPEN;

    private enum State {
        OPEN,
        RESET,
        SILENT
    }

    /** @param target port on 127.0.0.1 */
    TcpProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("proxy-of-" + target, this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Everything goes through again. */
    void open() {
        become(State.OPEN);
    }

    /** Open and new connections are reset. */
    void reset() {
        become(State.RESET);
        sockets.forEach(TcpProxy::resetSocket);
    }

    /** Connections stay, and are still accepted, but no byte comes through: the silence of a cut cable. */
    void silence() {
        become(State.SILENT);
    }

    private synchronized void become(State next) {
        state = next;
        notifyAll();
    }

    private synchronized State awaitSound() throws InterruptedException {
        while (state == State.SILENT) {
            wait();
        }
        return state;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                start("proxy-connect", () -> connect(client));
            } catch (IOException e) {
                // closed
                return;
            }
        }
    }

    private void connect(Socket client) {
        try {
            if (awaitSound() == State.RESET) {
                resetSocket(client);
                return;
            }
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            start("proxy-down", () -> pump(server, client));
            pump(client, server);
        } catch (IOException | InterruptedException e) {
            resetSocket(client);
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[64 << 10];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (awaitSound() == State.RESET) {
                    return;
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // the other side went away, which is what a proxy passes on
            resetSocket(to);
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void resetSocket(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // gone already
            return;
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        reset();
    }
}
