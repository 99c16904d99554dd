package dev.penstock.testkit.history;

/**
 * What the server that executed a call said of itself and of the key.
 *
 * @param node its {@code cluster_name}, "node-1"
 * @param inRecovery whether it was a replica at that moment
 * @param version the key's version, written or read; 0 before the first write
 * @param writer the call that wrote this version; 0 before the first write
 */
public record Seen(String node, boolean inRecovery, long version, long writer) {}
