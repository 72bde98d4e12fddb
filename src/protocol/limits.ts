/** Version of the wire format. Two ends with different numbers refuse one another before anything else is said. */
export const protocolVersion = 3;

/** Version of the product, told to the other end so that a mismatch can name both; equals package.json. */
export const productVersion = '0.1.0';

/** Longest sealed frame, in bytes. A longer message ends the connection. */
export const maxFrameBytes = 1024 * 1024;

/** Longest file content that one PUT carries or rebuilds, in bytes; longer files travel as chunks. */
export const maxInlineBytes = 256 * 1024;

/** Longest file content that travels with an offer, in bytes; longer files are fetched. */
export const maxOfferedBytes = 64 * 1024;

/** Bytes of file content in one chunk: what a small change may have to wait for at most. */
export const chunkBytes = 64 * 1024;

/** Longest chunk that a decoder accepts, in bytes. */
export const maxChunkBytes = 256 * 1024;

/** Largest file that either end accepts, in bytes. */
export const maxFileBytes = 1024 ** 4;

/** Longest target of a symbolic link, in UTF-8 bytes. */
export const maxLinkBytes = 4096;

/** Longest identifier (workspace, session, volume, boot), in UTF-8 bytes. */
export const maxIdBytes = 128;

/** Longest human-readable text, in UTF-8 bytes. */
export const maxTextBytes = 2048;

/** Most items in one frame that carries a list. */
export const maxListItems = 8192;

/** Most operations between the begin and the end of one batch. */
export const maxBatchOperations = 65536;

/** Most entries of a folder that is renamed as a whole: looking at them takes the other end a fifth of a second. */
export const maxTreeEntries = 16_384;

/** Most steps of one delta. */
export const maxDeltaSteps = 4096;

/** Most bytes that one frame may ask the other end to copy, so that no frame keeps it busy for long. */
export const maxCopyBytes = 4 * 1024 * 1024;

/** Most ranges of one such frame. */
export const maxCopyRanges = 4096;
