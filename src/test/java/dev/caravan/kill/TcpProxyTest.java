package dev.caravan.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private static final int PATIENCE_MILLIS = 60_000;

    private ServerSocket server;
    private TcpProxy proxy;

    @BeforeEach
    void startAnEchoServer() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = new TcpProxy(server.getLocalPort());
        Thread echo = new Thread(this::echo);
        echo.setDaemon(true);
        echo.start();
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void bytesGoThroughInBothDirections() throws IOException {
        try (Socket socket = connect()) {
            assertThat(echoOf(socket, 7)).isEqualTo(7);
        }
    }

    @Test
    void aResetEndsOpenConnectionsAndNewOnesUntilItOpensAgain() throws IOException {
        try (Socket socket = connect()) {
            assertThat(echoOf(socket, 1)).isEqualTo(1);
            proxy.reset();
            assertThatThrownBy(() -> echoTwice(socket)).isInstanceOf(IOException.class);
        }
        try (Socket socket = connect()) {
            assertThatThrownBy(() -> echoTwice(socket)).isInstanceOf(IOException.class);
        }
        proxy.open();
        try (Socket socket = connect()) {
            assertThat(echoOf(socket, 2)).isEqualTo(2);
        }
    }

    @Test
    void inSilenceNothingComesThroughAndNothingIsLost() throws IOException {
        try (Socket socket = connect()) {
            assertThat(echoOf(socket, 1)).isEqualTo(1);
            proxy.silence();
            socket.setSoTimeout(200);
            assertThatThrownBy(() -> echoOf(socket, 2)).isInstanceOf(SocketTimeoutException.class);
            proxy.open();
            socket.setSoTimeout(PATIENCE_MILLIS);
            assertThat(socket.getInputStream().read()).isEqualTo(2);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void echoTwice(Socket socket) throws IOException {
        for (int i = 0; i < 2; i++) {
            if (echoOf(socket, 1) < 0) {
                throw new IOException("ended");
            }
        }
    }

    private static int echoOf(Socket socket, int one) throws IOException {
        socket.getOutputStream().write(one);
        return socket.getInputStream().read();
    }

    private void echo() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> echo(socket));
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            for (int one = socket.getInputStream().read();
                    one >= 0;
                    one = socket.getInputStream().read()) {
                socket.getOutputStream().write(one);
            }
        } catch (IOException e) {
            // the test ended the connection
            return;
        }
    }
}
