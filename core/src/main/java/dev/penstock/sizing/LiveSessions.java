package dev.penstock.sizing;

import java.util.OptionalInt;

/**
 * Who was connected to a server when it was asked. Immutable. Good for a warning only: a deploy in progress looks like
 * too many.
 *
 * @param instances distinct application names of this service, this process included; empty when they carry no instance
 *     ({@code shop/host-7}) and so cannot be told apart
 * @param others sessions of everybody else
 */
public record LiveSessions(OptionalInt instances, int others) {}
