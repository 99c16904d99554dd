package dev.penstock.sizing;

/**
 * Another database that the same process opens on the same server. Immutable.
 *
 * @param name as the configuration calls it
 * @param connections its ceiling there, its monitor's included
 * @param sameRole whether it logs in as the same role
 * @param sameDatabase whether it is the same database of the server
 */
public record Neighbour(String name, int connections, boolean sameRole, boolean sameDatabase) {}
