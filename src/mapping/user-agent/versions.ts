import type { Family } from './families.ts';

/**
 * Versions where the source tells none: those of December 2023. They never change, so that the same rows give the same
 * hits with every version of this program.
 */
export const fixedVersions: Readonly<Record<Family | 'ios' | 'ipados', string>> = {
  chrome: '120',
  webview: '120',
  edge: '120',
  firefox: '121',
  safari: '17.2',
  opera: '106',
  operaMini: '74',
  samsung: '23',
  ie: '11',
  androidBrowser: '4.0',
  ios: '17.2',
  ipados: '12.5',
};

/** The numbers of a version, at most four; `fallback` where the text begins with none. */
export function versionOf(text: string, fallback: string): readonly number[] {
  const found = /^\s*[vV]?(\d{1,5}(?:[._]\d{1,5}){0,3})/.exec(text)?.[1] ?? fallback;
  return found.split(/[._]/).map(Number);
}

/** The version with exactly so many parts, zeros in the place of those that are not there. */
export function withParts(version: readonly number[], parts: number): string {
  return Array.from({ length: parts }, (_, index) => version[index] ?? 0).join('.');
}

/** Chromium's major version inside an Opera of 15 or later (Opera's release notes: it runs 13, later 14 ahead). */
export function chromiumOfOpera(major: number): number {
  return major + (major >= 69 ? 14 : 13);
}

/** First major version of Samsung Internet to be built on each Chromium (Samsung Internet release notes). */
const samsung: readonly (readonly [major: number, chromium: number])[] = [
  [28, 130],
  [27, 125],
  [26, 122],
  [25, 121],
  [24, 117],
  [23, 115],
  [22, 111],
  [21, 110],
  [20, 106],
  [19, 102],
  [18, 99],
  [17, 96],
  [16, 92],
  [15, 90],
  [14, 87],
  [13, 83],
  [12, 79],
  [11, 75],
  [10, 71],
  [9, 67],
  [8, 63],
  [7, 59],
  [6, 56],
  [5, 51],
  [4, 44],
];

/** Chromium's major version inside a Samsung Internet. */
export function chromiumOfSamsung(major: number): number {
  return samsung.find(([first]) => major >= first)?.[1] ?? 38;
}

/** What an Edge before 79 wrote of itself: Chrome's version, then its own with the build of Windows (Microsoft docs, Edge user agent). */
export const legacyEdge: Readonly<Record<number, readonly [chrome: string, edge: string]>> = {
  12: ['42.0.2311.135', '12.10240'],
  13: ['46.0.2486.0', '13.10586'],
  14: ['51.0.2704.79', '14.14393'],
  15: ['52.0.2743.116', '15.15063'],
  16: ['58.0.3029.110', '16.16299'],
  17: ['64.0.3282.140', '17.17134'],
  18: ['64.0.3282.140', '18.17763'],
};

const windows: readonly (readonly [RegExp, string])[] = [
  [/^(?:10|11)(?:\D|$)/, '10.0'],
  [/^(?:8\.1|6\.3)/, '6.3'],
  [/^(?:8|6\.2)(?:\D|$)/, '6.2'],
  [/^(?:7|6\.1)(?:\D|$)/, '6.1'],
  [/^(?:vista|6\.0|6$)/, '6.0'],
  [/^(?:server 2003|5\.2)/, '5.2'],
  [/^(?:xp|5\.1)/, '5.1'],
  [/^(?:2000|5\.0)/, '5.0'],
];

/** The version of Windows NT as a user agent says it; 10 and 11 are both `10.0`, which stands for the unknown too. */
export function windowsNt(version: string): string {
  const said = version.trim().toLowerCase().replace(/^nt /, '');
  return windows.find(([pattern]) => pattern.test(said))?.[1] ?? '10.0';
}

/** The version of macOS as a user agent says it: frozen at 10.15.7 since then. */
export function macVersion(version: string, separator: '_' | '.'): string {
  const [major = 10, minor = 15, ...rest] = versionOf(version, '10.15.7');
  const isFrozen = major !== 10 || minor >= 15;
  return (isFrozen ? [10, 15, 7] : [major, minor, ...rest.slice(0, 1)]).join(separator);
}
