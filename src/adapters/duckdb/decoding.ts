import accessors from '@duckdb/node-api/lib/vectors/dataAccessors.js';

/**
 * The client reads all text with a decoder that takes U+FEFF at the beginning of a value for a byte order mark, and drops it: two different
 * values would be one. Its module keeps the decoder where it can be replaced.
 */
Object.assign(accessors, { textDecoder: new TextDecoder('utf-8', { ignoreBOM: true }) });
