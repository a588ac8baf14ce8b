/** Names of functions; they stand in URLs. */
export const FUNCTION_NAME = /^[A-Za-z][\w-]{0,63}$/;

/** Names of secrets. */
export const SECRET_NAME = /^[A-Za-z][\w.-]{0,99}$/;

/** Names of events, and patterns that end with `.*`. */
export const EVENT_NAME = /^[a-z][\w-]*(?:\.[\w-]+)*(?:\.\*)?$/;
