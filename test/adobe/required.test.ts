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
    ['a blank time', { ...whole, timestamp: ' ' }, '', 'timestamp'],
    ['a blank visitor', { ...whole, visitorID: ' \t' }, '', 'visitor'],
    ['a blank seed', { ...whole, visitorID: '' }, ' ', 'visitor'],
    ['a blank visitor before another', { ...whole, visitorID: ' ', ipaddress: '1.2.3.4' }, '', null],
    ['a blank suite', { ...whole, reportSuiteID: ' ' }, '', 'reportSuiteID'],
    ['a blank user agent', { ...whole, userAgent: '\u00a0' }, '', 'userAgent'],
    ['a user agent of blanks', { ...whole, userAgent: '   ' }, '', 'userAgent'],
    ['a blank page', { ...whole, pageName: ' ' }, '', 'page or link'],
    ['a user agent after a blank', { ...whole, userAgent: ' ua' }, '', null],
    ['a page that is no ASCII', { ...whole, pageName: '中文网站' }, '', null],
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
    [{ linkName: 'n' }, 'link without a type'],
    [{ linkName: 'n', linkURL: 'https://x/' }, 'link without a type'],
    [{ linkName: 'n', linkType: ' ' }, 'link without a type'],
    [{ queryString: 'pev2=n' }, 'link without a type'],
    [{ linkName: 'n', queryString: 'pe=lnk_o' }, 'link'],
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
