import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Problem } from '../domain/problem.ts';
import type { MigrationAuth, ServerTls } from './migration.ts';
import { problemAt } from './problems.ts';
import type { Path, Place } from './yaml-node.ts';

/** What PEM texts a migration names, read; or what is wrong with them. */
export interface PemRead<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

/** A JWT's private key is PEM text, or the path of a file that holds it; other authentications are given back. */
export async function readAuthKey(
  auth: MigrationAuth,
  folder: string,
  locate: (path: Path) => Place,
): Promise<PemRead<MigrationAuth>> {
  if (auth.kind !== 'jwt') return { value: auth, problems: [] };
  const place = locate(['target', 'auth', 'privateKey']);
  const { value, problems } = await readPem(auth.privateKey, folder, place, 'the private key', keyFault);
  return { value: { ...auth, privateKey: value ?? '' }, problems };
}

/** The authorities of Adobe's side, PEM text or the path of a file that holds it. */
export function readAuthority(
  ca: string | null,
  folder: string,
  locate: (path: Path) => Place,
): Promise<PemRead<string | null>> {
  return readPem(ca, folder, locate(['target', 'ca']), 'the ca', certificateFault);
}

/** The PEM texts of a server's `tls`, each checked, and that certificate and key belong together. */
export async function readTlsFiles(
  tls: ServerTls,
  folder: string,
  locate: (path: Path) => Place,
): Promise<PemRead<ServerTls>> {
  const read = (key: 'ca' | 'certificate' | 'key', what: string, faultOf: (pem: string) => Fault | null) =>
    readPem(tls[key], folder, locate(['source', 'tls', key]), what, faultOf);
  const [ca, certificate, key] = await Promise.all([
    read('ca', 'the ca', certificateFault),
    read('certificate', 'the certificate', certificateFault),
    read('key', 'the key', keyFault),
  ]);
  const problems = [ca, certificate, key].flatMap((each) => each.problems);
  if (problems.length === 0 && certificate.value !== null && key.value !== null) {
    if (!new X509Certificate(certificate.value).checkPrivateKey(createPrivateKey(key.value))) {
      const message = 'this key is not the one of the certificate';
      problems.push(
        problemAt(locate(['source', 'tls', 'key']), 'config.value', message, 'name the two that were made together'),
      );
    }
  }
  return { value: { mode: tls.mode, ca: ca.value, certificate: certificate.value, key: key.value }, problems };
}

type Fault = readonly [message: string, hint: string];

async function readPem(
  written: string | null,
  folder: string,
  place: Place,
  what: string,
  faultOf: (pem: string) => Fault | null,
): Promise<PemRead<string | null>> {
  if (written === null) return { value: null, problems: [] };
  // Environment variables often carry the line breaks of a PEM text as \n.
  const isInline = written.includes('-----BEGIN');
  // What the system says of a path is passed over: it may be a key that was taken for one.
  const pem = isInline
    ? written.replaceAll('\\n', '\n')
    : await readFile(resolve(folder, written), 'utf8').catch(() => null);
  if (pem === null) {
    return {
      value: null,
      problems: [
        problemAt(
          place,
          'file.not-found',
          `the file of ${what} cannot be read`,
          'name a PEM file that you may read; its path begins at the folder of this file',
        ),
      ],
    };
  }
  const fault = faultOf(pem);
  return { value: pem, problems: fault === null ? [] : [problemAt(place, 'config.value', ...fault)] };
}

function keyFault(pem: string): Fault | null {
  const isKey = succeeds(() => createPrivateKey(pem).type === 'private');
  if (isKey) return null;
  return ['this is no private key', 'a PEM text that begins with -----BEGIN PRIVATE KEY-----, without a passphrase'];
}

function certificateFault(pem: string): Fault | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  const isSound = blocks.length > 0 && blocks.every((block) => succeeds(() => new X509Certificate(block) !== null));
  if (isSound) return null;
  return ['this is no certificate', 'a PEM text that begins with -----BEGIN CERTIFICATE-----'];
}

function succeeds(attempt: () => boolean): boolean {
  try {
    return attempt();
  } catch {
    return false;
  }
}
