/** The {@code penstock} command. It exports nothing: it is run, and shipped as one jar with everything inside. */
@org.jspecify.annotations.NullMarked
module dev.penstock.cli {
    requires static org.jspecify;
    // The launcher of a checkout alone.
    requires static java.compiler;
    requires dev.penstock;
    requires dev.penstock.testkit;
    requires com.fasterxml.jackson.core;
}
