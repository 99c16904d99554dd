package dev.penstock.testkit.history;

/**
 * For how long a node was the primary: from the moment when its promotion began to the one when its successor took writes.
 * A restart does not end it.
 */
public record Reign(String node, Span span) {}
