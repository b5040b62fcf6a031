/** What a value looks like that Adobe takes as it is meant, by kind of column. */
export const forms = {
  /** Letters and digits only, anything else merges or splits visitors (Adobe docs, visitorID). */
  visitorId: /^[A-Za-z0-9]+$/,
  /** A language tag of at most 20 characters (Adobe docs, language dimension). */
  language: /^(?=.{1,20}$)[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/,
  /** `1280x1024` (Adobe docs, query parameter `s`). */
  resolution: /^[1-9]\d{0,4}x[1-9]\d{0,4}$/,
  /** A width or height of a window: 1 to 65535 (Adobe docs, browser width). */
  pixels: /^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/,
  /** The only page type there is (Adobe docs, pageType). */
  pageType: /^errorPage$/,
  /** Download, exit, other (Adobe docs, linkType). */
  linkType: /^[deo]$/,
  /** Adobe docs, connection type. */
  connection: /^(?:lan|modem)$/,
  /** Adobe docs, BDIA column reference, client hints. */
  bitness: /^(?:32|64)$/,
  /** An Audience Manager region (Adobe docs, BDIA column reference). */
  locationHint: /^(?:3|6|7|8|9|11)$/,
} as const;
