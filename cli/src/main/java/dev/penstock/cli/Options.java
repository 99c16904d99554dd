package dev.penstock.cli;

import java.util.HashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The options of one command line: {@code --name value}, {@code --name=value} and {@code --flag}. Immutable. */
final class Options {
    private static final String SET = "";
    private static final Pattern WORD = Pattern.compile("-{0,2}[a-z]{1,20}(?:-[a-z]{1,20}){0,3}|-?[0-9]{1,10}");

    private final Map<String, String> given;

    private Options(Map<String, String> given) {
        this.given = given;
    }

    /** @throws UsageException when something else is given, or a value is missing */
    static Options parse(List<String> arguments, Set<String> withValue, Set<String> flags) throws UsageException {
        Map<String, String> given = new HashMap<>();
        for (ListIterator<String> rest = arguments.listIterator(); rest.hasNext(); ) {
            String argument = rest.next();
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (withValue.contains(name)) {
                given.put(name, equals < 0 ? next(name, rest) : argument.substring(equals + 1));
            } else if (flags.contains(argument)) {
                given.put(argument, SET);
            } else {
                String what = argument.startsWith("-") ? "option" : "argument";
                throw new UsageException("unknown " + what + shown(name) + "; --help lists the options");
            }
        }
        return new Options(given);
    }

    /** Quotes what was given, for a message, when it is written like a word of the command line. Anything else may be a secret: then nothing. */
    static String shown(String given) {
        return WORD.matcher(given).matches() ? " '" + given + "'" : "";
    }

    /** The end of a message about a wrong value: it says the value where it may be shown. */
    static String was(String given) {
        String shown = shown(given);
        return shown.isEmpty() ? "" : ", was" + shown;
    }

    private static String next(String name, ListIterator<String> rest) throws UsageException {
        if (!rest.hasNext()) {
            throw new UsageException(name + " needs a value");
        }
        return rest.next();
    }

    /** The value of an option that was given. */
    String text(String name) {
        return given.getOrDefault(name, "");
    }

    boolean has(String flag) {
        return given.containsKey(flag);
    }

    /** @throws UsageException when it is given and no whole number within the bounds */
    int number(String name, int otherwise, int lowest, int highest) throws UsageException {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        // Nine digits fit an int.
        int value = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        if (value < lowest || value > highest) {
            throw new UsageException(name + " must be a whole number from " + lowest + " to " + highest + was(text));
        }
        return value;
    }
}
