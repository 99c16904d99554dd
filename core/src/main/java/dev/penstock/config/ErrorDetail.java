package dev.penstock.config;

/**
 * {@code error_detail}: how much of what a server says of an error stands in the exception's text. What is left out there is still in
 * the driver's {@code getServerErrorMessage()}.
 */
public enum ErrorDetail {
    /** Message, detail, hint, position, and the values of a failed batch: rows of the database among them. */
    FULL,
    /** The message alone, and a failed batch without its values; for logs that may hold no rows. */
    NONE
}
