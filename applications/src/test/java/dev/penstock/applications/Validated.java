package dev.penstock.applications;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;

/** Whether entities are validated before they are written. */
final class Validated {
    private Validated() {}

    static boolean by(EntityManagerFactory entities) {
        try (EntityManager manager = entities.createEntityManager()) {
            manager.getTransaction().begin();
            try {
                manager.persist(new Note(1));
                manager.flush();
                return false;
            } catch (RuntimeException refused) {
                if (refused.getClass().getName().equals("jakarta.validation.ConstraintViolationException")) {
                    return true;
                }
                throw refused;
            } finally {
                manager.getTransaction().rollback();
            }
        }
    }
}
