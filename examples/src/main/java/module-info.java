/** The programs that README and docs quote, and the {@code penstock} command. */
@org.jspecify.annotations.NullMarked
module dev.penstock.examples {
    requires static org.jspecify;
    requires dev.penstock;
    requires dev.penstock.testkit;
    requires com.fasterxml.jackson.core;
    requires jdk.httpserver;
}
