package dev.penstock.examples.frameworks;

// begin spring-service
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

class Visits {
    private final JdbcTemplate jdbc;

    Visits(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional // the primary
    public void add(String note) {
        jdbc.update("insert into visit (note) values (?)", note);
    }

    @Transactional(readOnly = true) // a replica that is fresh enough
    public long count() {
        return jdbc.queryForObject("select count(*) from visit", Long.class);
    }
}
// end spring-service
