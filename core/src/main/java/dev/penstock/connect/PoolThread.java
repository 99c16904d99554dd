package dev.penstock.connect;

/** A thread of a pool's own, on which the server may be asked: no borrower waits for it. */
public final class PoolThread extends Thread {
    public PoolThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }
}
