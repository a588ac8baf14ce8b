/** The largest document that may be stored or sent as a command's document, in bytes. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** How deep documents and arrays may nest, as in MongoDB. */
export const MAX_DEPTH = 200;
