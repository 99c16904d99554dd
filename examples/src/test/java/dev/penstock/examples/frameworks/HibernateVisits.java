package dev.penstock.examples.frameworks;

// begin hibernate
import dev.penstock.Database;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.cfg.ValidationSettings;

final class HibernateVisits {
    static SessionFactory sessions(Database db) {
        Configuration configuration = new Configuration().addAnnotatedClass(Visit.class);
        configuration.getProperties().put(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE, db.dataSource());
        configuration.setProperty(ValidationSettings.JAKARTA_VALIDATION_MODE, "none");
        return configuration.buildSessionFactory();
    }

    static long count(SessionFactory sessions) {
        return sessions.fromTransaction(session -> {
            session.doWork(connection -> connection.setReadOnly(true)); // before its first statement
            return session.createSelectionQuery("select count(v) from Visit v", Long.class)
                    .getSingleResult();
        });
    }
}
// end hibernate
