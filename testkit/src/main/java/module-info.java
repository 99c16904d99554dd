/** A real PostgreSQL primary with streaming replicas, TLS and faults, for tests. Depends on no other Penstock module. */
@org.jspecify.annotations.NullMarked
module dev.penstock.testkit {
    requires static org.jspecify;
    requires transitive java.sql;

    exports dev.penstock.testkit;
}
