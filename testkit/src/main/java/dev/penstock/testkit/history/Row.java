package dev.penstock.testkit.history;

/**
 * The trace that an executed write left in a server's table.
 *
 * @param operation the call, {@link Operation#id}
 * @param version which version of the key it wrote
 * @param node who executed it, as that server wrote it down itself
 */
public record Row(long operation, String key, long version, String node) {}
