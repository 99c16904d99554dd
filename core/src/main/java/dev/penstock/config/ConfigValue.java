package dev.penstock.config;

/**
 * One value of a configuration that counts, for tools that show it. Immutable; holds no secret.
 *
 * @param section {@code pool}, {@code tls}; empty for what belongs to none
 * @param key as a file has it, with its section where it lies in one: {@code pool_size}, {@code tls.mode}; {@link DatabaseConfig#origins()} has its place
 * @param name libpq's name where there is one, else the key's: {@code pool_size}, {@code sslmode}
 * @param value a number, or a text as a file would have it: times in seconds, choices by their words, of server settings the names, of a secret its place
 */
public record ConfigValue(String section, String key, String name, Object value) {}
