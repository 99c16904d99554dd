package dev.penstock.applications;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.validation.constraints.NotNull;

/** An entity with a constraint, which somebody's validator may look at or not. */
@Entity
class Note {
    @Id
    private long id;

    @NotNull
    private String text;

    protected Note() {}

    Note(long id) {
        this.id = id;
    }
}
