import type { Family, Platform } from './families.ts';
import {
  chromiumOfOpera,
  chromiumOfSamsung,
  fixedVersions,
  legacyEdge,
  macVersion,
  versionOf,
  windowsNt,
  withParts,
} from './versions.ts';

/** What a user agent is written of; versions as the source has them, empty where it has none. */
export interface Described {
  readonly family: Family;
  readonly version: string;
  readonly platform: Platform;
  readonly systemVersion: string;
}

const blink = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

/** Which browsers there are on a platform; the first is its usual one. */
export const familiesOf: Readonly<Record<Platform, readonly Family[]>> = {
  windows: ['chrome', 'edge', 'firefox', 'opera', 'safari', 'ie'],
  mac: ['safari', 'chrome', 'edge', 'firefox', 'opera'],
  linux: ['chrome', 'edge', 'firefox', 'opera'],
  chromeos: ['chrome'],
  androidPhone: ['chrome', 'webview', 'edge', 'firefox', 'opera', 'operaMini', 'samsung', 'androidBrowser'],
  androidTablet: ['chrome', 'webview', 'edge', 'firefox', 'opera', 'operaMini', 'samsung', 'androidBrowser'],
  iPhone: ['safari', 'chrome', 'webview', 'edge', 'firefox', 'opera', 'operaMini'],
  iPad: ['safari', 'chrome', 'webview', 'edge', 'firefox', 'opera', 'operaMini'],
};

/** The browser itself where it exists on the platform, else the platform's usual one. */
export function familyOn(platform: Platform, family: Family | null): Family {
  const list = familiesOf[platform];
  return family !== null && list.includes(family) ? family : (list[0] as Family);
}

/**
 * Writes a user agent as browsers of this family write it on this platform (MDN, User-Agent header; Chromium, user agent
 * reduction). The same description gives the same text. Only digits of the source get into it, so that it never looks
 * like a robot's.
 */
export function writeUserAgent(described: Described): string {
  const { family, platform } = described;
  const version = versionOf(described.version, fixedVersions[family]);
  if (platform === 'iPhone' || platform === 'iPad') return onIos(described, version);
  if (family === 'firefox') return firefox(described, version);
  if (family === 'ie') return internetExplorer(described, version);
  if (family === 'safari') return safari(described, version);
  if (family === 'operaMini')
    return `Opera/9.80 (Android; Opera Mini/${withParts(version, 2)}/191.308; U; en) Presto/2.12.423 Version/12.16`;
  if (family === 'opera' && (version[0] as number) < 15)
    return `Opera/9.80 (${systemOf(described)}) Presto/2.12.388 Version/${withParts(version, 2)}`;
  if (family === 'androidBrowser') {
    const mobile = platform === 'androidPhone' ? ' Mobile' : '';
    return `Mozilla/5.0 (Linux; U; Android ${androidVersion(described)}; en-us; K) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0${mobile} Safari/534.30`;
  }
  return chromium(described, version);
}

function chromium(described: Described, version: readonly number[]): string {
  const { family, platform } = described;
  const [major = 0] = version;
  const mobile = platform === 'androidPhone' ? ' Mobile' : '';
  const isAndroid = platform.startsWith('android');
  const written = (chrome: string, before = '', after = '') =>
    `Mozilla/5.0 (${systemOf(described)}${family === 'webview' ? '; wv' : ''}) ${blink} ${before}Chrome/${chrome}${mobile} Safari/537.36${after}`;
  switch (family) {
    case 'webview':
      return written(withParts(version, 4), 'Version/4.0 ');
    case 'samsung':
      return written(`${chromiumOfSamsung(major)}.0.0.0`, `SamsungBrowser/${withParts(version, 2)} `);
    case 'opera': {
      // On Android Opera numbers its versions apart from Chromium's.
      const chrome = isAndroid ? versionOf('', fixedVersions.chrome)[0] : chromiumOfOpera(major);
      return written(`${chrome}.0.0.0`, '', ` OPR/${withParts(version, 4)}`);
    }
    case 'edge': {
      const legacy = legacyEdge[major];
      if (legacy !== undefined) return written(legacy[0], '', ` Edge/${legacy[1]}`);
      // Edge on Android had numbers of its own before it shared Chromium's.
      const chrome = major < 79 ? versionOf('', fixedVersions.chrome)[0] : major;
      return written(`${chrome}.0.0.0`, '', ` ${isAndroid ? 'EdgA' : 'Edg'}/${withParts(version, 4)}`);
    }
    default:
      return written(withParts(version, 4));
  }
}

function firefox(described: Described, version: readonly number[]): string {
  const [major = 0] = version;
  const own = withParts(version, 2);
  // Firefox 110 to 119 said 109, so that nobody read 11 for Internet Explorer (Mozilla bug 1805967).
  const rv = major >= 110 && major <= 119 ? '109.0' : own;
  const { platform } = described;
  if (platform === 'androidPhone' || platform === 'androidTablet') {
    const device = platform === 'androidPhone' ? 'Mobile' : 'Tablet';
    return `Mozilla/5.0 (Android ${androidVersion(described)}; ${device}; rv:${rv}) Gecko/${own} Firefox/${own}`;
  }
  const system =
    platform === 'mac' ? `Macintosh; Intel Mac OS X ${firefoxMac(described.systemVersion)}` : systemOf(described);
  return `Mozilla/5.0 (${system}; rv:${rv}) Gecko/20100101 Firefox/${own}`;
}

function firefoxMac(version: string): string {
  return macVersion(version, '.').split('.').slice(0, 2).join('.');
}

function internetExplorer({ systemVersion }: Described, version: readonly number[]): string {
  const [major = 11] = version;
  if (major >= 11) {
    // Internet Explorer 11 is of Windows 7 and later.
    const nt = windowsNt(systemVersion);
    return `Mozilla/5.0 (Windows NT ${nt}; WOW64; Trident/7.0; rv:11.0) like Gecko`;
  }
  const nt = systemVersion === '' ? '6.1' : windowsNt(systemVersion);
  const generation = major >= 9 ? '5.0' : '4.0';
  const trident = major >= 8 ? `; Trident/${major - 4}.0` : '';
  return `Mozilla/${generation} (compatible; MSIE ${withParts(version, 2)}; Windows NT ${nt}${trident})`;
}

function safari(described: Described, version: readonly number[]): string {
  // Safari for Windows ended with 5.1.7.
  if (described.platform === 'windows') {
    const nt = windowsNt(described.systemVersion);
    const own = described.version === '' ? '5.1.7' : version.join('.');
    return `Mozilla/5.0 (Windows NT ${nt}) AppleWebKit/534.57.2 (KHTML, like Gecko) Version/${own} Safari/534.57.2`;
  }
  return `Mozilla/5.0 (${systemOf(described)}) ${webkit} Version/${dotted(version)} Safari/605.1.15`;
}

function onIos({ family, version: said, platform, systemVersion }: Described, version: readonly number[]): string {
  const isPad = platform === 'iPad';
  const system = versionOf(systemVersion, fixedVersions[isPad ? 'ipados' : 'ios']);
  // Since iPadOS 13 Safari asks for the desktop's pages.
  if (isPad && family === 'safari' && (system[0] as number) >= 13) {
    const own = dotted(said === '' ? system : version);
    return `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/${own} Safari/605.1.15`;
  }
  const device = isPad ? 'iPad; CPU OS' : 'iPhone; CPU iPhone OS';
  const head = `Mozilla/5.0 (${device} ${dotted(system).replaceAll('.', '_')} like Mac OS X) ${webkit}`;
  const webkitOf = `Version/${dotted(system)}`;
  switch (family) {
    case 'chrome':
      return `${head} CriOS/${withParts(version, 4)} Mobile/15E148 Safari/604.1`;
    case 'edge':
      return `${head} ${webkitOf} EdgiOS/${withParts(version, 4)} Mobile/15E148 Safari/605.1.15`;
    case 'firefox':
      return `${head} FxiOS/${withParts(version, 2)} Mobile/15E148 Safari/605.1.15`;
    case 'opera':
    case 'operaMini':
      return `${head} ${webkitOf} Mobile/15E148 Safari/604.1 OPT/${withParts(version, 3)}`;
    case 'webview':
      return `${head} Mobile/15E148`;
    default:
      // Safari's version is the system's, where the source tells no other.
      return `${head} Version/${dotted(said === '' ? system : version)} Mobile/15E148 Safari/604.1`;
  }
}

/** At least two parts, and no zeros that the source does not have. */
function dotted(version: readonly number[]): string {
  return version.length === 1 ? withParts(version, 2) : version.join('.');
}

/** Chromium says 10 for every newer Android; here the source's own version stands, 10 for the unknown. */
function androidVersion({ systemVersion }: Described): string {
  return versionOf(systemVersion, '10').join('.');
}

function systemOf(described: Described): string {
  const { platform, systemVersion } = described;
  if (platform === 'mac') return `Macintosh; Intel Mac OS X ${macVersion(systemVersion, '_')}`;
  if (platform === 'linux') return 'X11; Linux x86_64';
  if (platform === 'chromeos') return 'X11; CrOS x86_64 14541.0.0';
  if (platform === 'windows') {
    const nt = windowsNt(systemVersion);
    return `Windows NT ${nt}${nt === '10.0' ? '; Win64; x64' : ''}`;
  }
  return `Linux; Android ${androidVersion(described)}; K`;
}
