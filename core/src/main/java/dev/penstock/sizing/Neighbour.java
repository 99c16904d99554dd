package dev.penstock.sizing;

/**
 * Another database that the same process opens on the same server. Immutable.
 *
 * @param name as the configuration calls it
 * @param connections its ceiling there, its monitor's included; what it needs, where its size is found
 * @param sameRole whether it logs in as the same role
 * @param sameDatabase whether it is the same database of the server
 * @param found whether its size is still to be found, so that it takes its part of what is left, by need
 */
public record Neighbour(String name, int connections, boolean sameRole, boolean sameDatabase, boolean found) {
    /** Of a size that is known. */
    public Neighbour(String name, int connections, boolean sameRole, boolean sameDatabase) {
        this(name, connections, sameRole, sameDatabase, false);
    }

    /** What it has besides its monitor's one. */
    int pooled() {
        return connections - SizingInput.MONITOR;
    }
}
