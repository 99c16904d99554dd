/** Configuration in, connections out: pools, topology and routing for a PostgreSQL primary with its replicas. */
@org.jspecify.annotations.NullMarked
module dev.penstock {
    requires static org.jspecify;
    requires transitive java.sql;
    requires transitive dev.penstock.tls;
    requires jakarta.validation;
    requires org.hibernate.validator;
    requires org.snakeyaml.engine;
    requires com.zaxxer.hikari;
    requires org.postgresql.jdbc;
    requires org.slf4j;

    exports dev.penstock;
    exports dev.penstock.config;
    exports dev.penstock.observe;
    exports dev.penstock.sizing;
    // pgjdbc instantiates our socket factory by name.
    exports dev.penstock.connect to
            org.postgresql.jdbc;

    // The validator reads the components of the configuration records.
    opens dev.penstock.config to
            org.hibernate.validator;
}
