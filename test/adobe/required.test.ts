import { describe, expect, it } from 'vitest';
import { hitContext, missingNeed } from '../../src/adobe/required.ts';

const reader = (row: Record<string, string>) => (column: string) => row[column] ?? '';

describe('missingNeed', () => {
  const whole = { timestamp: '1', reportSuiteID: 'rs', visitorID: 'v', userAgent: 'ua', pageName: 'p' };
  it.each<[string, Record<string, string>, string, string | null]>([
    ['whole', whole, '', null],
    ['no time', { ...whole, timestamp: '' }, '', 'timestamp'],
    ['no visitor', { ...whole, visitorID: '' }, '', 'visitor'],
    ['seeded', { ...whole, visitorID: '' }, 'seed', null],
    ['by ECID', { ...whole, visitorID: '', marketingCloudVisitorID: '1' }, '', null],
    ['by address', { ...whole, visitorID: '', ipaddress: '1.2.3.4' }, '', null],
    ['no suite', { ...whole, reportSuiteID: '' }, '', 'reportSuiteID'],
    ['no user agent', { ...whole, userAgent: '' }, '', 'userAgent'],
    ['no page', { ...whole, pageName: '' }, '', 'page or link'],
  ])('%s', (_name, row, seed, need) => {
    expect(missingNeed(reader(row), seed)).toBe(need);
  });
});

describe('hitContext', () => {
  it.each<[Record<string, string>, string]>([
    [{}, 'nothing'],
    [{ pageName: 'p' }, 'page'],
    [{ pageURL: 'https://x/' }, 'page'],
    [{ linkURL: 'https://x/', pageURL: 'https://y/' }, 'page'],
    [{ linkURL: 'https://x/' }, 'nothing'],
    [{ linkType: 'o', linkName: 'n' }, 'link'],
    [{ linkType: 'e', linkURL: 'https://x/' }, 'link'],
    [{ linkName: 'n' }, 'link'],
    [{ linkName: 'n', pageName: 'p' }, 'link without its page'],
    [{ linkType: 'o', linkURL: 'https://x/', pageURL: 'https://y/' }, 'link without its page'],
    [{ linkType: 'o', pageName: 'p' }, 'bare link'],
    [{ linkType: 'o' }, 'nothing'],
    [{ queryString: 'g=https%3A%2F%2Fx' }, 'page'],
    [{ queryString: 'v1=a&gn=p' }, 'page'],
    [{ queryString: 'v1=a&pageName=p' }, 'page'],
    [{ queryString: 'g=&v1=a' }, 'nothing'],
    [{ queryString: 'pe=lnk_o&pev2=n' }, 'link'],
    [{ queryString: 'pe=lnk_o', pageName: 'p' }, 'bare link'],
    [{ queryString: 'pageURL=https%3A%2F%2Fx' }, 'nothing'],
    [{ queryString: 'v1=pageName%3Dp' }, 'nothing'],
  ])('%j', (row, context) => {
    expect(hitContext(reader(row))).toBe(context);
  });
});
