package dev.penstock.config;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was written about one database, not yet judged.
 *
 * @param path what its keys are prefixed with in messages: {@code database}, {@code databases.shop}, or empty
 * @param written what a file or the program says
 * @param environment what variables say; a named database takes them by <code>${…}</code>, environment mode and policy aside
 * @param driver the driver's properties by name, as the file says or else as variables do
 * @param isUnnamed whether the defaults of names and secrets hold
 */
record Sources(
        String path,
        Map<Key, Setting> written,
        Map<Key, Setting> environment,
        Map<String, Setting> driver,
        boolean isUnnamed) {

    /**
     * The keys of a file's section. The unnamed database completes them from the variables; a named one only asks for
     * the environment mode and the policy, which are the process's and not the database's.
     */
    static Sources file(String path, YamlSection written, Map<String, String> environment, boolean isUnnamed) {
        Map<Key, Setting> variables = variables(path, environment);
        Map<String, Setting> driver = driver(path, environment);
        if (!isUnnamed) {
            variables.keySet().retainAll(EnumSet.of(Key.ENVIRONMENT_MODE, Key.POLICY));
            driver.clear();
        }
        driver.putAll(written.driver());
        return new Sources(path, written.keys(), variables, driver, isUnnamed);
    }

    static Sources environment(Map<String, String> environment) {
        return new Sources("", Map.of(), variables("", environment), driver("", environment), true);
    }

    /** The other variables that name servers belong to another connection string and are left out. */
    static Sources uri(String uri, Map<String, String> environment) {
        Map<Key, Setting> variables = variables("", environment);
        variables.remove(Key.URL);
        variables.remove(Key.REPLICA_URL);
        return new Sources(
                "",
                Map.of(Key.URL, Setting.of(Key.URL, uri, "url", "connection string", Setting.Kind.CODE)),
                variables,
                driver("", environment),
                true);
    }

    String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static Map<String, Setting> driver(String path, Map<String, String> environment) {
        Map<String, Setting> values = new LinkedHashMap<>();
        environment.forEach((variable, value) -> {
            if (variable.startsWith(DriverProperty.VARIABLE_PREFIX) && !value.isBlank()) {
                String rest = variable.substring(DriverProperty.VARIABLE_PREFIX.length());
                DriverProperty.ofVariable(rest).ifPresent(row -> {
                    String name = path.isEmpty() ? row.path() : path + "." + row.path();
                    values.put(row.name(), Setting.of(Key.DRIVER, value, name, variable, Setting.Kind.VARIABLE));
                });
            }
        });
        return values;
    }

    private static Map<Key, Setting> variables(String path, Map<String, String> environment) {
        Map<Key, Setting> values = new EnumMap<>(Key.class);
        for (Key key : Key.ALL) {
            for (String variable : key.variables) {
                String value = environment.get(variable);
                if (value != null && !value.isBlank() && !values.containsKey(key)) {
                    String name = path.isEmpty() ? key.yamlName() : path + "." + key.yamlName();
                    values.put(key, Setting.of(key, value, name, variable, Setting.Kind.VARIABLE));
                }
            }
        }
        return values;
    }
}
