/** Words of crawlers and of tools that fetch pages; a phone is called CUBOT. */
const words =
  /(?<!cu)bot\b|crawl|spider|slurp|headless|phantomjs|lighthouse|pingdom|site24x7|archiver|facebookexternalhit/i;
/** Libraries and commands, which say their name and version first. */
const tools =
  /^(?:curl|wget|python|python-requests|python-urllib|aiohttp|libwww-perl|lwp|java|okhttp|apache-httpclient|go-http-client|node-fetch|axios|undici|scrapy|ruby|php|guzzlehttp|postmanruntime|httpie)\b/i;

/**
 * Whether a user agent names a crawler, a headless browser or a library: the IAB list behind Adobe's bot rules, which is not
 * public, knows their like (Adobe docs, bot rules).
 */
export function isBotAgent(agent: string): boolean {
  return words.test(agent) || tools.test(agent);
}
