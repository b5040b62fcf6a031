import type { ColumnFacts, Shape } from './column-facts.ts';

/** How a role is told: by names, with values of a shape where it has one. */
export interface Rule {
  /** Adobe's column, or a part of one; `kind` tells the kind of a row. */
  readonly role: string;
  /** Names that mean it, in lower case with `_` between words. */
  readonly names: RegExp;
  /** Of these names, those that mean it before the others: the value of the row itself. */
  readonly best?: RegExp;
  /** Names that may mean it. */
  readonly weak?: RegExp;
  /** What most values look like; a column whose values do not is none. */
  readonly shapes?: readonly Shape[];
  /** Whether the shape tells without any name. */
  readonly byShape?: true;
  /** Names, with those of what they stand in, that mean something else although their end fits. */
  readonly never?: RegExp;
  /** What else must hold. */
  readonly fits?: (facts: ColumnFacts) => boolean;
  /** Whether values tell it, so that a name which may mean other things means this. */
  readonly told?: (facts: ColumnFacts) => boolean;
}

const pageKind =
  /^(?:\[\w+\][ _]?)?\$?(?:mp_)?(?:web_)?(?:page(?:[ _-]?(?:view|load|visit)(?:ed)?|[ _-]?hit)?s?|views?|pv|(?:view|load|visit)ed (?:a )?page|screen(?:[ _-]?view(?:ed)?)?s?|hit)$/i;

/** Whether the name of an event means a view of a page, as trackers call it. */
export function isPageKind(value: string): boolean {
  return pageKind.test(value);
}

/**
 * What a tracker keeps of how a person came once, and repeats on each row: the first time, and, in a data feed of Adobe's,
 * what still holds after processing (Adobe docs, Data feed columns: `post_`).
 */
const heldOn = /(?:^|_)(?:initial|first|original)_|^post_/;
/** A distribution of CloudFront: the host that people see stands in `x-host-header` (AWS docs, standard logs). */
const deliveryHost = /\.cloudfront\.net$/i;

const kindName = /^(?:kind|hit_?type|event(?:_?(?:name|type|kind))?|event_?action|activity|page_event)$/;

/** Whether a column's name says that it tells the kind of a row. */
export function isKindName(name: string): boolean {
  return kindName.test(name);
}

const few = ({ distinct, filled }: ColumnFacts): boolean => distinct <= 60 && (filled < 20 || distinct * 2 < filled);

const table = [
  {
    role: 'marketingCloudVisitorID',
    names: /^(?:mc_?visid|mcid|ecid|marketing_cloud_visitor_id|experience_cloud_id|mid)$/,
    shapes: ['Experience Cloud IDs'],
    byShape: true,
  },
  {
    role: 'visitorID',
    names:
      /^(?:id_?visitor|(?:unique_)?visitor(?:_?(?:id|key|uuid|hash|cookie|code))?|vis(?:itor)?_?id|vid|cookie(?:_?id)?|client_?id|anon(?:ymous)?_?id|distinct_?id|device_?id|user_pseudo_id|domain_userid|full_visitor_id|browser_id|tracking_id|amplitude_id|cust_visid)$/,
    weak: /^(?:uid|user(?:_?(?:id|key|hash))?|person_?id|session(?:_?id)?|visit(?:_?id)?|sid|customer_?id|member_?id|account_?id|network_userid)$/,
    fits: ({ shapes, distinct, filled, time }) => {
      const isOne = shapes['mail addresses'] < 0.9 && shapes.URLs < 0.5 && shapes.cookies < 0.5;
      return isOne && time === null && !(distinct === 1 && filled >= 50);
    },
  },
  {
    role: 'ipaddress',
    names: /^(?:(?:\w+_)?ip(?:v[46])?(?:_?addr(?:ess)?)?|ipaddress|remote_(?:addr|host)|x_forwarded_for|addr(?:ess)?)$/,
    shapes: ['addresses', 'lists of addresses'],
    byShape: true,
    never: /(?:^|_)(?:s|server|local|dest(?:ination)?|dst|target|upstream|backend|collector)_ip/,
  },
  {
    role: 'userAgent',
    names: /^(?:(?:\w+_)?user_?agent|(?:\w+_)?agent|ua|browser)$/,
    shapes: ['user agents'],
    byShape: true,
  },
  {
    role: 'referrer',
    names: /^(?:\w+_)?ref(?:er+er)?(?:_?ur[il])?$/,
    best: /^(?:page_|http_)?ref(?:er+er)?(?:_?ur[il])?$/,
    weak: /^(?:source_url|came_from|previous_(?:page|url)|from_url)$/,
    never: heldOn,
    shapes: ['URLs', 'paths', 'URLs or words for none'],
  },
  {
    role: 'linkURL',
    names: /^(?:target(?:_?ur[il])?|link_?ur[il]|outlink|download_?ur[il]|destination(?:_?url)?|link_target)$/,
    shapes: ['URLs', 'paths'],
  },
  {
    role: 'pageURL',
    names:
      /^(?:(?:(?:page|current|document|request|full|hit|visited|canonical)_?)?(?:ur[il]|location|href)|page_?address|doc_location)$/,
    weak: /^(?:page|document|address|link|\w+_ur[il])$/,
    shapes: ['URLs'],
  },
  {
    role: 'path',
    names: /^(?:(?:page|url|request)_?)?(?:path(?:_?name)?|ur[il]|stem|cs_uri_stem|page|location)$/,
    shapes: ['paths'],
  },
  {
    role: 'host',
    names: /^(?:(?:page_?(?:url)?|url|server|virtual|cs)_?)?(?:host(?:_?name)?|domain|vhost)$|^(?:x_)?host_header$/,
    shapes: ['texts'],
    fits: ({ shapes, frequent }) =>
      shapes.addresses < 0.1 && shapes.URLs < 0.1 && !frequent.every((value) => deliveryHost.test(value)),
  },
  { role: 'query', names: /^(?:(?:page_?)?ur[il]_?)?query(?:_?string)?$/, shapes: ['queries'] },
  {
    role: 'pageName',
    names: /^(?:(?:(?:current_)?page|document|doc|article)_?)?(?:title|headline)$|^page_?name$/,
    weak: /^(?:name|heading|screen_?name|view_?name|page)$/,
    shapes: ['texts'],
    fits: ({ shapes }) => shapes.URLs < 0.5,
  },
  {
    role: 'campaign',
    names: /^(?:(?:utm|mkt|marketing|\w+)_)?campaign(?:_?(?:name|id|code))?$|^tracking_?code$/,
    best: /^(?:(?:utm|mkt|marketing)_)?campaign(?:_?(?:name|id|code))?$/,
    never: heldOn,
  },
  { role: 'channel', names: /^(?:channel|(?:site_?|page_?)?section|content_?group|rubric|site_?area)$/ },
  {
    role: 'language',
    names: /^(?:(?:browser|accept|br|location_browser|user)_?)?(?:lang(?:uage)?|locale)$/,
    shapes: ['languages'],
  },
  {
    role: 'resolution',
    names: /^(?:(?:screen|config|display|monitor)_?)?(?:resolution|screen|size|screen_?size|res)$/,
    shapes: ['screen sizes'],
    byShape: true,
  },
  { role: 'screenWidth', names: /^(?:(?:dvce|display)_)?screen_?w(?:idth)?$/, shapes: ['pixels'] },
  { role: 'screenHeight', names: /^(?:(?:dvce|display)_)?screen_?h(?:eight)?$/, shapes: ['pixels'] },
  {
    role: 'browserWidth',
    names: /^(?:browser|viewport|view|br_view|window|inner)_?w(?:idth)?$/,
    shapes: ['pixels'],
  },
  {
    role: 'browserHeight',
    names: /^(?:browser|viewport|view|br_view|window|inner)_?h(?:eight)?$/,
    shapes: ['pixels'],
  },
  { role: 'colorDepth', names: /^(?:br_|screen_)?colou?r_?depth$/, shapes: ['amounts'] },
  { role: 'zip', names: /^(?:geo_)?(?:zip(?:_?code)?|post(?:al)?_?code|plz)$/ },
  { role: 'browserVersion', names: /^(?:browser|ua)_?ver(?:sion)?$/ },
  { role: 'osVersion', names: /^(?:os|operating_system|platform)_?ver(?:sion)?$/ },
  {
    role: 'browser',
    names: /^(?:ua_)?browser(?:_?(?:name|family|type))?$/,
    shapes: ['texts'],
    fits: ({ shapes }) => shapes['user agents'] < 0.5,
  },
  {
    role: 'os',
    names: /^(?:os|operating_system|platform)(?:_?(?:name|family))?$/,
    weak: /^device_family$/, // Amplitude's, whose platform is Web and whose os_name is the browser
    shapes: ['operating systems'],
  },
  {
    role: 'device',
    names: /^device(?:_?(?:type|class|category|kind))?$/,
    weak: /^screen_?size$/, // Plausible's: Desktop, Mobile
    shapes: ['classes of device'],
  },
  {
    role: 'kind',
    names: kindName,
    weak: /^(?:type|action|name|category|record_?type)$/,
    shapes: ['texts'],
    fits: few,
    told: ({ frequent }) => frequent.some(isPageKind),
  },
  {
    role: 'purchaseID',
    names: /^(?:order|purchase|transaction|tr_order)_?(?:id|no|nr|num(?:ber)?|code)$|^invoice(?:_?(?:id|no|number))?$/,
    fits: ({ shapes }) => shapes.URLs < 0.1,
  },
  {
    role: 'revenue',
    names: /^(?:revenue|(?:order|total|purchase|cart|tr)_?(?:revenue|total|value|amount|sum|price)|total|turnover)$/,
    weak: /^(?:amount|price|value|sum)$/,
    never: /ltv|lifetime|predict|tax|shipping|_usd$|refund|discount/,
    shapes: ['amounts'],
  },
  {
    role: 'currencyCode',
    names: /^(?:order_|tr_)?currency(?:_?(?:code|iso))?$/,
    never: /ltv|lifetime|base_currency/,
    shapes: ['currencies'],
  },
] as const satisfies readonly Rule[];

/** What a source column can become. */
export type Role = (typeof table)[number]['role'];

/** In the order in which columns are given away where two rules would take one alike. */
export const rules: readonly (Rule & { readonly role: Role })[] = table;
