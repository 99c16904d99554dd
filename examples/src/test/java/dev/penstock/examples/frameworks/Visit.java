package dev.penstock.examples.frameworks;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

/** A row of the table {@code visit}, for Hibernate. */
@Entity
public class Visit {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    private String note;

    protected Visit() {}

    Visit(String note) {
        this.note = note;
    }

    Long id() {
        return id;
    }

    String note() {
        return note;
    }
}
