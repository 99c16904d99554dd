package dev.penstock.config;

/** Where the application runs; decides what is refused and what is only warned about. */
public enum EnvironmentMode {
    DEVELOPMENT,
    TESTING,
    PRODUCTION
}
