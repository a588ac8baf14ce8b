export { decode, decodeFields, readField } from './decode.js';
export { encode } from './encode.js';
export { MAX_DEPTH, MAX_DOCUMENT_BYTES } from './limits.js';
