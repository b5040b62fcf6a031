import type { ColumnKind } from '../adobe/column.ts';
import * as shapes from './shapes.ts';

/** How the values of one kind of column are tidied, after blanks and control characters and before the byte limit. */
export interface Kind {
  /** `null` takes any text. */
  readonly shape: shapes.Shape | null;
  /** Whether a placeholder would pass for an id or a browser, and is emptied. */
  readonly placeholders: boolean;
  /** What is done, for the reference. */
  readonly says: string;
}

const any = (says: string): Kind => ({ shape: null, placeholders: false, says });
const shaped = (shape: shapes.Shape, says: string): Kind => ({ shape, placeholders: false, says });

/** The tidying of each kind of column. */
export const kinds: Readonly<Record<ColumnKind, Kind>> = {
  timestamp: any("written from the stream's time, in whole seconds"),
  suites: shaped(shapes.suites, 'comma list without blanks; a name that no suite can have rejects the row'),
  visitorId: {
    shape: shapes.visitorId,
    placeholders: true,
    says: 'letters and digits only, else emptied; placeholders emptied',
  },
  ecid: { shape: shapes.experienceCloudId, placeholders: true, says: '38 digits, else emptied' },
  ip: shaped(shapes.ipAddress, "one spelling; what is no address, or nobody's, emptied"),
  userAgent: { shape: null, placeholders: true, says: 'placeholders emptied' },
  customerId: { shape: null, placeholders: true, says: 'placeholders emptied' },
  authState: shaped(shapes.authState, '`0`, `1`, `2`, or `unknown`, `authenticated`, `logged_out`; else emptied'),
  bit: shaped(shapes.bit, '`1` or `0`, from yes and no in their usual words'),
  text: any('any text'),
  url: shaped(shapes.url, 'characters that break a URL percent-encoded; never cut inside a code'),
  pageType: shaped(shapes.pageType, '`errorPage`, else emptied'),
  linkType: shaped(shapes.linkType, '`d`, `e` or `o`, also as `lnk_o`; else emptied'),
  events: any('see Builders'),
  products: any('see Builders'),
  alphanumeric: { shape: null, placeholders: true, says: 'placeholders emptied' },
  alphanumericList: {
    shape: shapes.commaList,
    placeholders: true,
    says: 'comma list without blanks; placeholders emptied; cut by whole members',
  },
  currency: shaped(shapes.currencyCode, 'upper case; a code that Adobe does not know emptied'),
  language: shaped(shapes.language, 'the first language of a header or locale, else emptied'),
  resolution: shaped(shapes.resolution, '`1280x1024`, else emptied'),
  pixels: shaped(shapes.pixels, '1 to 65535, else emptied'),
  integer: shaped(shapes.integer, 'whole number without leading zeros, else emptied'),
  bitness: shaped(shapes.bitness, '`32` or `64`, else emptied'),
  locationHint: shaped(shapes.locationHint, '3, 6, 7, 8, 9 or 11, else emptied'),
  connection: shaped(shapes.connectionType, '`lan` or `modem`, else emptied'),
  flag: shaped(shapes.flag, '`Y` or `N`, from yes and no in their usual words'),
  boolean: shaped(shapes.truth, '`true` or `false`, from yes and no in their usual words'),
  brands: shaped(shapes.brands, 'a JSON list of `{"brand", "version"}`, else emptied'),
  delimited: any('any text; a list is joined by `target.suite.delimiters`'),
  context: any('any text'),
  queryString: any('see Builders'),
};
