import { describe, expect, it } from 'vitest';
import { columnFacts } from '../../../src/inspection/init/column-facts.ts';
import { guessRoles } from '../../../src/inspection/init/guess-roles.ts';

const agent = 'Mozilla/5.0 (X11; Linux x86_64)';
const many = (make: (n: number) => string | null): (string | null)[] => Array.from({ length: 60 }, (_, n) => make(n));
/** Columns by name, each with sixty values. */
const columns = (of: Record<string, (n: number) => string | null>) =>
  Object.entries(of).map(([name, make]) => columnFacts(name, 'text', many(make)));
const rolesOf = (of: Parameters<typeof columns>[0]) =>
  Object.fromEntries(guessRoles(columns(of)).map(({ role, facts, sureness }) => [role, [facts.name, sureness]]));

describe('guessRoles', () => {
  it.each([
    ['idvisitor', (n: number) => `a${n % 9}`, 'visitorID', 'sure'],
    ['anonymousId', (n: number) => `a${n % 9}`, 'visitorID', 'sure'],
    ['context_ip', () => '198.51.100.4', 'ipaddress', 'sure'],
    ['context_user_agent', () => agent, 'userAgent', 'sure'],
    ['whatever', () => agent, 'userAgent', 'likely'],
    ['payload.pageUrl', () => 'https://example.com/', 'pageURL', 'sure'],
    ['event_params.page_location', () => 'https://example.com/', 'pageURL', 'sure'],
    ['properties.$current_url', () => 'https://example.com/', 'pageURL', 'sure'],
    ['cs_uri_stem', () => '/a', 'path', 'sure'],
    ['HTTP_REFERER', () => 'https://example.org/', 'referrer', 'sure'],
    ['page_title', () => 'Home', 'pageName', 'sure'],
    ['name', () => 'Home', 'pageName', 'unsure'],
    ['location_browser_lang', () => 'de-DE', 'language', 'sure'],
    ['utm_campaign', () => 'spring', 'campaign', 'sure'],
    ['cs-uri-query', () => 'q=tea&page=2', 'query', 'sure'],
    ['url_query', () => '?q=tea', 'query', 'sure'],
    ['screen_size', () => 'Desktop', 'device', 'unsure'],
    ['properties.current_page_title', () => 'Home', 'pageName', 'sure'],
    ['operating_system', () => 'Windows 10', 'os', 'sure'],
    ['device_family', () => 'Mac OS X', 'os', 'unsure'],
    ['order_no', (n: number) => `A-${n}`, 'purchaseID', 'sure'],
  ])('takes %s for what it is', (name, make, role, sureness) => {
    expect(rolesOf({ [name]: make })).toMatchObject({ [role]: [name, sureness] });
  });

  it.each([
    ['an agent without agents', { user_agent: () => 'x' }, 'userAgent'],
    ['a URL without URLs', { url: () => '17' }, 'pageURL'],
    ['one visitor for all', { visitor_id: () => 'a' }, 'visitorID'],
    ['mail addresses', { user_id: (n: number) => `a${n}@example.com` }, 'visitorID'],
    ['a user whom most rows lack', { user_id: (n: number) => (n < 5 ? `u${n}` : null) }, 'visitorID'],
    ['what a person is worth', { 'user_ltv.revenue': () => '12.50' }, 'revenue'],
    ['an empty column', { title: () => null }, 'pageName'],
    ['a header of cookies', { 'cs(Cookie)': (n: number) => `sid=a${n % 9};+theme=dark` }, 'visitorID'],
    ['one cookie with its name', { cookie: (n: number) => `sid=a${n % 9}` }, 'visitorID'],
    ['a query without parameters', { query: () => 'green tea' }, 'query'],
    ['a platform that is no system', { platform: () => 'Web' }, 'os'],
    ['a browser that is called a system', { os_name: () => 'Chrome' }, 'os'],
    ['a device that is a system', { device_type: () => 'Windows' }, 'device'],
    ['a kind for each row', { event: (n: number) => `event ${n}x` }, 'kind'],
    ["the server's own address", { 's-ip': () => '10.0.0.5' }, 'ipaddress'],
    ["a server's address by its name", { server_ip: (n: number) => `192.0.2.${n % 3}` }, 'ipaddress'],
    ['how a person first came', { 'user_properties.initial_referrer': () => 'https://example.org/' }, 'referrer'],
    ['the first campaign of a person', { initial_utm_campaign: () => 'spring' }, 'campaign'],
    ['the host of a delivery network', { 'cs(Host)': () => 'd111111abcdef8.cloudfront.net' }, 'host'],
  ])('refuses %s', (_, of, role) => {
    expect(rolesOf(of)).not.toHaveProperty(role);
  });

  it('prefers the visitor to the visit and to the user', () => {
    const of = {
      visit_id: (n: number) => `v${n % 9}`,
      user_id: (n: number) => `u${n % 7}`,
      cookie: (n: number) => `c${n % 5}`,
    };
    expect(rolesOf(of)['visitorID']?.[0]).toBe('cookie');
  });

  it('takes the address of who asked, not of the server, whose column IIS writes first', () => {
    expect(rolesOf({ 's-ip': () => '10.0.0.5', 'c-ip': (n) => `198.51.100.${n % 9}` })['ipaddress']).toEqual([
      'c-ip',
      'sure',
    ]);
  });

  it('takes the host that people see, not that of the distribution', () => {
    const of = { 'cs(Host)': () => 'd1.cloudfront.net', 'x-host-header': () => 'www.example.com' };
    expect(rolesOf(of)['host']).toEqual(['x-host-header', 'sure']);
    expect(rolesOf({ 'cs-host': () => 'www.example.com' })['host']).toEqual(['cs-host', 'sure']);
  });

  it('takes the referrer of the row, although many rows say that they have none', () => {
    const of = {
      'user_properties.initial_referrer': () => 'https://first.example/',
      'properties.$referrer': (n: number) => (n % 5 === 0 ? 'https://example.org/' : '$direct'),
    };
    expect(rolesOf(of)['referrer']).toEqual(['properties.$referrer', 'sure']);
  });

  it('takes what the row itself has before what is repeated on each row of a visit', () => {
    const of = {
      post_campaign: () => 'spring',
      visit_referrer: () => 'https://example.org/',
      campaign: (n: number) => (n % 9 === 0 ? 'spring' : null),
      referrer: (n: number) => (n % 9 === 0 ? 'https://example.org/' : null),
    };
    expect(rolesOf(of)).toMatchObject({ campaign: ['campaign', 'likely'], referrer: ['referrer', 'sure'] });
    expect(rolesOf({ visit_referrer: of.visit_referrer })['referrer']).toEqual(['visit_referrer', 'sure']);
  });

  it('takes IDs in Base64 for no cookies', () => {
    expect(rolesOf({ cookie: (n) => `YWJj${n % 9}==` })['visitorID']?.[0]).toBe('cookie');
  });

  it.each([
    ['pageview', 'kind'],
    ['Page Viewed', 'kind'],
    ['Over coffee', 'pageName'],
  ])('takes a name such as %s for a %s', (value, role) => {
    expect(rolesOf({ name: (n) => (n % 3 === 0 ? value : 'Signup') })).toEqual({ [role]: ['name', 'unsure'] });
  });

  it('says what speaks against it', () => {
    const [visit] = guessRoles(columns({ visit_id: (n) => `v${n % 9}` }));
    expect(visit).toMatchObject({ role: 'visitorID', sureness: 'unsure' });
    expect(visit?.doubts).toContain('each visit would be a new visitor');
    const [key] = guessRoles(columns({ visitor_id: (n) => `v${n}` }));
    expect(key?.doubts).toContain('each row has another: it may be the key of the row');
  });
});
