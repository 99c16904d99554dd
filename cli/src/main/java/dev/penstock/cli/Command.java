package dev.penstock.cli;

import java.sql.SQLException;
import java.util.List;

/** One word after {@code penstock}. */
public interface Command {
    String name();

    /** What it does, in one line, for the list of commands. */
    String summary();

    /** The text of {@code --help}, several lines. */
    String help();

    /**
     * Does it.
     *
     * @return the exit status: 0 when all went well, 1 when not
     * @throws UsageException when the arguments are wrong; nothing was done
     * @throws InterruptedException on Ctrl-C, after cleaning up
     */
    int run(List<String> arguments, Terminal terminal) throws UsageException, SQLException, InterruptedException;
}
