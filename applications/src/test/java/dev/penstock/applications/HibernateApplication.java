package dev.penstock.applications;

import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;

/** Hibernate ORM without a framework around it. */
public final class HibernateApplication {
    private HibernateApplication() {}

    /** @param args a JDBC URL */
    public static void main(String[] args) {
        Configuration configuration =
                new Configuration().addAnnotatedClass(Note.class).setProperty("hibernate.connection.url", args[0]);
        try (SessionFactory sessions = configuration.buildSessionFactory()) {
            System.out.println("validates " + Validated.by(sessions));
        }
    }
}
