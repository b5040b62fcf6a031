import { describe, expect, it } from 'vitest';
import { normaliseIp } from '../../src/adobe/ip.ts';
import { effectiveVisitor, type VisitorIds } from '../../src/adobe/visitor.ts';

describe('effectiveVisitor', () => {
  const nobody: VisitorIds = { seed: '', visitorID: '', marketingCloudVisitorID: '', ipaddress: '' };
  const mid = '12345678901234567890123456789012345678';
  it.each<[string, Partial<VisitorIds>, string]>([
    ['nobody', {}, ''],
    ['blanks only', { seed: ' ', visitorID: '\t', marketingCloudVisitorID: '  ', ipaddress: ' ' }, ''],
    [
      'the seed wins',
      { seed: 'Anna@X', visitorID: 'v', marketingCloudVisitorID: mid, ipaddress: '1.2.3.4' },
      'seed:anna@x',
    ],
    ['then visitorID', { visitorID: 'V1', marketingCloudVisitorID: mid, ipaddress: '1.2.3.4' }, 'vid:v1'],
    ['then the ECID', { marketingCloudVisitorID: ` ${mid}`, ipaddress: '1.2.3.4' }, `mid:${mid}`],
    ['then the address', { ipaddress: ' 001.2.3.4 ' }, 'ip:1.2.3.4'],
    ['a blank one is passed over', { visitorID: '  ', ipaddress: '::1' }, 'ip:::1'],
    ['blanks and case do not count', { visitorID: ' AbC ' }, 'vid:abc'],
    ['cut at 100 bytes', { visitorID: `${'a'.repeat(100)}b` }, `vid:${'a'.repeat(100)}`],
    ['cut between code points', { visitorID: `${'a'.repeat(99)}ä` }, `vid:${'a'.repeat(99)}`],
    ['a blank at the cut does not count', { visitorID: `${'a'.repeat(99)} b` }, `vid:${'a'.repeat(99)}`],
    ['no address', { ipaddress: 'Unknown' }, 'ip:unknown'],
    ['the same text of another kind is another visitor', { marketingCloudVisitorID: '1.2.3.4' }, 'mid:1.2.3.4'],
  ])('%s', (_name, ids, visitor) => {
    expect(effectiveVisitor({ ...nobody, ...ids })).toBe(visitor);
  });
});

describe('normaliseIp', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.000.002.001', '192.0.2.1'],
    ['010.0.0.1', '10.0.0.1'],
    ['256.1.1.1', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['0x1.2.3.4', null],
    [' 1.2.3.4', null],
    ['1.2.3.4:80', null],
    ['', null],
    ['a3f0c1d2', null],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['FE80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7:8:9', null],
    ['[::1]', null],
  ])('%s', (text, address) => {
    expect(normaliseIp(text)).toBe(address);
  });
});
