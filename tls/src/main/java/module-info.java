/** What a connection shows to be trusted: passwords and TLS. Needs the JDK alone; core builds on it. */
@org.jspecify.annotations.NullMarked
module dev.penstock.tls {
    requires static org.jspecify;
    requires java.naming;
    requires java.sql;

    exports dev.penstock.secret;
    exports dev.penstock.tls;
    exports dev.penstock.violation;
}
