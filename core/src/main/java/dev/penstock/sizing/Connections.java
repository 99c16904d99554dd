package dev.penstock.sizing;

/** The formulas for a number of connections, each by itself. Pure; arguments out of their range are refused. */
public final class Connections {
    private Connections() {}

    /**
     * The request formula: {@code maxConcurrentRequests * avgQueryTime / requestDuration}. It is Little's law (L = λW) for
     * the part of a request that holds a connection: the mean number of busy connections, and so the least a pool must
     * have, not what makes waiting short. 100 requests of 200 ms that hold a connection for 50 ms need 25.
     *
     * @param maxConcurrentRequests requests in progress at once, above 0
     * @param avgQueryTimeMillis how long one of them holds a connection, above 0
     * @param requestDurationMillis how long one of them takes as a whole, at least {@code avgQueryTimeMillis}
     */
    public static int forRequests(
            double maxConcurrentRequests, double avgQueryTimeMillis, double requestDurationMillis) {
        positive("maxConcurrentRequests", maxConcurrentRequests);
        positive("avgQueryTimeMillis", avgQueryTimeMillis);
        if (!(requestDurationMillis >= avgQueryTimeMillis)) {
            throw new IllegalArgumentException("requestDurationMillis must be at least avgQueryTimeMillis");
        }
        return roundedUp(maxConcurrentRequests * avgQueryTimeMillis / requestDurationMillis);
    }

    /**
     * A mean number of busy connections with a fifth of headroom, as pool_size + max_overflow in the ratio 2 : 1, pool_size rounded up. 25 is 30
     * and so 20 + 10.
     */
    public static PoolSplit split(int meanBusyConnections) {
        return new PoolSplit(2, 1).scaledTo(withHeadroom(meanBusyConnections));
    }

    /** A fifth more than the mean: with the mean alone, half of the time somebody waits. */
    static int withHeadroom(int meanBusyConnections) {
        positive("meanBusyConnections", meanBusyConnections);
        return roundedUp(meanBusyConnections * 1.2);
    }

    /**
     * {@code cores * 2 + spindles}: how many connections may be <em>active</em> on the whole database server before they
     * only take turns (PostgreSQL wiki, "Number Of Database Connections"; HikariCP wiki, "About Pool Sizing"). To be
     * shared by every instance of every application.
     *
     * @param cores of the database server, without hyper-threads
     * @param spindles disks that seek; 0 when the data is cached or on solid state
     */
    public static int ofServerCores(int cores, int spindles) {
        positive("cores", cores);
        if (spindles < 0) {
            throw new IllegalArgumentException("spindles must not be negative");
        }
        return cores * 2 + spindles;
    }

    /**
     * {@code threads * (connectionsPerThread - 1) + 1}: with fewer, all threads can hold all but one of the connections
     * they need and wait for each other for ever (HikariCP wiki, "Pool-locking").
     *
     * @param threads that may hold connections at once
     * @param connectionsPerThread the most that one of them holds at the same time
     */
    public static int deadlockFloor(int threads, int connectionsPerThread) {
        positive("threads", threads);
        positive("connectionsPerThread", connectionsPerThread);
        return Math.addExact(Math.multiplyExact(threads, connectionsPerThread - 1), 1);
    }

    /** {@code a + 2 * sqrt(a)}: square-root staffing, the first guess for a load of {@code a} busy connections. */
    public static double squareRootStaffing(double meanBusyConnections) {
        positive("meanBusyConnections", meanBusyConnections);
        return meanBusyConnections + 2 * Math.sqrt(meanBusyConnections);
    }

    /**
     * The smallest pool whose p99 wait is at or below the target, by Erlang C; see {@link PoolQueue}.
     *
     * @param p99WaitMillis above 0
     */
    public static int forWaitTarget(Load load, double p99WaitMillis) {
        positive("p99WaitMillis", p99WaitMillis);
        return PoolQueue.smallest(load, p99WaitMillis);
    }

    /**
     * What each replica must carry so that one may fail: {@code reads / (replicas - 1)}. With one replica all of it; when
     * that one fails, the primary takes over.
     */
    public static double readsPerReplicaWithOneLost(double readsPerSecond, int replicas) {
        positive("replicas", replicas);
        return readsPerSecond / Math.max(1, replicas - 1);
    }

    static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be above 0");
        }
    }

    /** A quotient such as 24.999999999999996 is 25, and 25.000000000000004 is no 26. */
    static int roundedUp(double connections) {
        return (int) Math.max(1, Math.ceil(connections - 1e-9));
    }
}
