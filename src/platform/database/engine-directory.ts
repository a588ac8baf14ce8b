/** Directory of the embedded engine inside `DATA_DIR`. */
export const ENGINE_DIRECTORY = 'database';
