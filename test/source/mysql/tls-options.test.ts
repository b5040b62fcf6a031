import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { certificateName, tlsOptions } from '../../../src/source/mysql/tls-options.ts';

const files = { ca: 'CA', certificate: null, key: null };

describe('tlsOptions', () => {
  const cases: [Parameters<typeof tlsOptions>[0], object | undefined][] = [
    [{ mode: 'disable', ...files }, undefined],
    [
      { mode: 'require', ...files },
      { rejectUnauthorized: false, verifyIdentity: false, minVersion: 'TLSv1.2', ca: 'CA' },
    ],
    [
      { mode: 'verify-ca', ...files },
      { rejectUnauthorized: true, verifyIdentity: false, minVersion: 'TLSv1.2', ca: 'CA' },
    ],
    [
      { mode: 'verify-full', ca: null, certificate: 'C', key: 'K' },
      { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2', cert: 'C', key: 'K' },
    ],
  ];
  it.each(cases)('%o', (tls, options) => {
    expect(tlsOptions(tls)).toEqual(options);
  });
});

describe('certificateName', () => {
  const certificate = (subjectaltname: string) =>
    ({ subject: { CN: 'x' }, subjectaltname }) as unknown as PeerCertificate;

  it.each([
    ['db.example', 'DNS:db.example'],
    ['127.0.0.1', 'IP Address:127.0.0.1'],
    ['::1', 'IP Address:0:0:0:0:0:0:0:1'],
  ])('of %s is found in a certificate, and in no other', (host, subjectaltname) => {
    expect(checkServerIdentity(certificateName(host), certificate(subjectaltname))).toBeUndefined();
    expect(
      checkServerIdentity(certificateName(host), certificate('DNS:localhost, IP Address:192.0.2.1')),
    ).toBeInstanceOf(Error);
  });
});
