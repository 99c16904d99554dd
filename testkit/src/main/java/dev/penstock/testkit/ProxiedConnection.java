package dev.penstock.testkit;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One client's connection through a proxy. Per direction one thread reads and one writes, with a queue in between, so that
 * a delay costs latency and not throughput.
 */
final class ProxiedConnection {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int QUEUED_CHUNKS = 256;
    private static final int SLICES_PER_SECOND = 50;

    private final TcpProxy proxy;
    private final Socket client;
    private final Socket server;
    private final AtomicBoolean clientMayOpenTurn = new AtomicBoolean(true);
    private volatile boolean gone;
    private volatile boolean halfOpen;
    private volatile boolean forgotten;
    private volatile long lastPassed = System.nanoTime();

    ProxiedConnection(TcpProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
    }

    private enum End {
        NONE,
        FIN,
        RESET
    }

    private record Chunk(byte[] bytes, int length, long due, End end) {}

    void start() {
        for (Direction direction : Direction.values()) {
            BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(QUEUED_CHUNKS);
            proxy.thread(direction + " reader", () -> read(direction, queue)).start();
            proxy.thread(direction + " writer", () -> write(direction, queue)).start();
        }
    }

    private Socket source(Direction direction) {
        return direction == Direction.CLIENT_TO_SERVER ? client : server;
    }

    private Socket target(Direction direction) {
        return direction == Direction.CLIENT_TO_SERVER ? server : client;
    }

    private void read(Direction direction, BlockingQueue<Chunk> queue) {
        try {
            End end = End.NONE;
            while (end == End.NONE && !gone) {
                Chunk chunk = readChunk(direction);
                end = chunk.end;
                while (!queue.offer(chunk, 1, TimeUnit.SECONDS) && !gone) {
                    // The other side takes nothing: neither do we.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    private Chunk readChunk(Direction direction) {
        byte[] bytes = new byte[CHUNK_BYTES];
        try {
            int length = source(direction).getInputStream().read(bytes);
            if (length < 0) {
                return new Chunk(
                        bytes, 0, System.nanoTime() + proxy.faults().delay().toNanos(), End.FIN);
            }
            note(direction, bytes, length);
            return new Chunk(
                    bytes, length, System.nanoTime() + proxy.faults().delay().toNanos(), End.NONE);
        } catch (IOException lost) {
            return new Chunk(bytes, 0, System.nanoTime(), End.RESET);
        }
    }

    private void note(Direction direction, byte[] bytes, int length) {
        if (direction == Direction.SERVER_TO_CLIENT) {
            clientMayOpenTurn.set(true);
            proxy.count(direction, bytes, length, false);
        } else {
            proxy.faults().clientSent(bytes, length);
            proxy.count(direction, bytes, length, clientMayOpenTurn.getAndSet(false));
        }
    }

    private void write(Direction direction, BlockingQueue<Chunk> queue) {
        try {
            End end = End.NONE;
            while (end == End.NONE && !gone) {
                Chunk chunk = queue.poll(1, TimeUnit.SECONDS);
                if (chunk != null) {
                    ProxyFaults.awaitMoment(chunk.due, () -> gone);
                    proxy.faults().awaitOpen(direction, () -> gone);
                    pass(direction, chunk);
                    end = chunk.end;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        } catch (IOException lost) {
            reset();
        }
    }

    private void pass(Direction direction, Chunk chunk) throws IOException {
        if (gone || halfOpen || isForgotten()) {
            return;
        }
        switch (chunk.end) {
            case NONE -> writeThrottled(target(direction), chunk);
            case FIN -> finish(direction);
            case RESET -> reset();
        }
    }

    private boolean isForgotten() {
        long now = System.nanoTime();
        forgotten = forgotten || proxy.faults().isForgotten(now - lastPassed);
        lastPassed = now;
        return forgotten;
    }

    private void writeThrottled(Socket target, Chunk chunk) throws IOException {
        long start = System.nanoTime();
        for (int done = 0; done < chunk.length && !gone; ) {
            long limit = proxy.faults().bytesPerSecond();
            int slice = (int) Math.min(chunk.length - done, Math.max(1, limit / SLICES_PER_SECOND));
            target.getOutputStream().write(chunk.bytes, done, slice);
            done += slice;
            if (limit < Long.MAX_VALUE) {
                ProxyFaults.awaitMoment(start + TimeUnit.SECONDS.toNanos(done) / limit, () -> gone);
            }
        }
    }

    private void finish(Direction direction) throws IOException {
        target(direction).shutdownOutput();
        if (client.isOutputShutdown() && server.isOutputShutdown()) {
            close();
        }
    }

    /** Sends FIN in one direction; the other one stays open. */
    void halfClose(Direction direction) {
        try {
            if (!target(direction).isOutputShutdown()) {
                finish(direction);
            }
        } catch (IOException alreadyLost) {
            reset();
        }
    }

    /** The server sees the connection reset; the client learns nothing and gets no answer. */
    void halfOpen() {
        halfOpen = true;
        hardClose(server);
    }

    /** Whether one side, or either, does not know that it has ended. */
    boolean isLost() {
        return halfOpen || forgotten;
    }

    /** RST to both sides. */
    void reset() {
        if (isLost() && !gone && !proxy.isClosed()) {
            return;
        }
        abort();
    }

    /** RST to both sides, half open or not. */
    void abort() {
        gone = true;
        hardClose(client);
        hardClose(server);
        proxy.forget(this);
    }

    private void close() {
        gone = true;
        proxy.closeQuietly(client);
        proxy.closeQuietly(server);
        proxy.forget(this);
    }

    private void hardClose(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            return;
        }
        proxy.closeQuietly(socket);
    }
}
