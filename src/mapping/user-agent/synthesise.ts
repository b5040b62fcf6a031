import { type CodeTable, codeTables } from './codes.ts';
import { browserOf, classOf, type DeviceClass, type Platform, type System, systemOf } from './families.ts';
import { familyOn, writeUserAgent } from './templates.ts';

/** What a source tells of a browser; empty texts are absent. */
export interface Parts {
  readonly browser: string;
  readonly browserVersion: string;
  readonly os: string;
  readonly osVersion: string;
  readonly device: string;
}

/** A user agent, and whether it was written from browser or system, or is the constant of the class of device. */
export interface Synthesis {
  readonly text: string;
  readonly source: 'synthetic' | 'constant';
}

/** The platform whose usual browser stands for a class of devices. */
const platformOfClass: Readonly<Record<DeviceClass, Platform>> = {
  desktop: 'windows',
  mobile: 'androidPhone',
  tablet: 'androidTablet',
};

/**
 * The user agent that fits what is told, always the same for the same parts: written from browser and system; where only
 * the class of device is told, a constant of that class; `null` where not even that can be told. A browser that is not
 * known, or not on that system, counts as the usual one of the system. Names may hold their version: `Windows 10`.
 */
export function synthesise(parts: Parts, codes: CodeTable | null): Synthesis | null {
  const browser = withVersion(decoded(codes?.browser, parts.browser), parts.browserVersion, browserOf);
  const os = withVersion(decoded(codes?.os, parts.os), parts.osVersion, systemOf);
  const device = classOf(decoded(codes?.device, parts.device));
  const system = os.found ?? browser.found?.system ?? null;
  const platform = system === null ? platformOfClass[device ?? 'desktop'] : platformOf(system, device);
  if (system === null && browser.found === null) {
    if (device === null) return null;
    const family = familyOn(platform, null);
    return { text: writeUserAgent({ family, version: '', platform, systemVersion: '' }), source: 'constant' };
  }
  const told = browser.found?.family ?? null;
  const family = familyOn(platform, told);
  const version = family === told ? browser.version : '';
  const systemVersion = os.found === null ? '' : os.version;
  return { text: writeUserAgent({ family, version, platform, systemVersion }), source: 'synthetic' };
}

function decoded(table: Readonly<Record<string, string>> | undefined, text: string): string {
  return table !== undefined && Object.hasOwn(table, text) ? (table[text] as string) : text;
}

/** The table of codes of a system. */
export function codesOf(name: keyof typeof codeTables | undefined): CodeTable | null {
  return name === undefined ? null : codeTables[name];
}

function platformOf(system: System, device: DeviceClass | null): Platform {
  if (system === 'android') return device === 'tablet' ? 'androidTablet' : 'androidPhone';
  if (system === 'ios') return device === 'tablet' ? 'iPad' : 'iPhone';
  return system === 'ipados' ? 'iPad' : system;
}

/** Finds a name, or the longest beginning of it; what follows is the version where none is told apart. */
function withVersion<T>(
  name: string,
  version: string,
  find: (name: string) => T | null,
): { readonly found: T | null; readonly version: string } {
  const whole = find(name);
  if (whole !== null) return { found: whole, version };
  for (let at = name.lastIndexOf(' '); at > 0; at = name.lastIndexOf(' ', at - 1)) {
    const found = find(name.slice(0, at));
    if (found !== null) return { found, version: version === '' ? name.slice(at + 1) : version };
  }
  return { found: null, version };
}
