/**
 * The most bytes of one gzipped file (Adobe docs, BDIA file format: 100 MB). Adobe does not say whether a megabyte is
 * 10^6 or 2^20 bytes; this is the smaller.
 */
export const maxGzBytes = 100_000_000;

/** The most bytes of one file before gzip (Adobe docs, BDIA file format: 1 GB, read as 10^9). */
export const maxRawBytes = 1_000_000_000;

/** The most bytes of one value of a list variable; the list as a whole has no limit (Adobe docs, list variable). */
export const listValueBytes = 255;

/** The most bytes of all keys and values of one hit's context variables (Adobe docs, contextData variable: 32 KB). */
export const contextDataBytes = 32_000;

/** The bytes of a page's URL that reports show (Adobe docs, Implementation: query parameters). */
export const shownUrlBytes = 255;

/** The most bytes of a merchandising eVar inside products (Adobe docs, eVar variable). */
export const merchandisingBytes = 255;

/** The most bytes of one report suite ID; their list has no limit (Adobe docs, Create a report suite). */
export const suiteBytes = 40;

/** The most bytes of an event's serial number (Adobe docs, event serialization). */
export const eventSerialBytes = 20;

/** The most bytes of the list of events (Adobe docs, events variable: 64 KB). */
export const eventsBytes = 64_000;

/** The most bytes of the list of products (Adobe docs, products variable: 64 KB). */
export const productsBytes = 64_000;

/** The most bytes of a product's category and of its name (Adobe docs, products variable). */
export const productPartBytes = 100;

/** The values of a list variable that Adobe keeps for a visitor (Adobe docs, list variable). */
export const listValues = 250;

/** The bytes of a referrer that are left after processing (Adobe docs, Data feed columns: post_referrer). */
export const keptReferrerBytes = 244;

/** The events, and the products, of one hit above which Adobe takes longer (Adobe docs, latency). */
export const quickEntries = 20;
