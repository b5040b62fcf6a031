/** Browsers whose user agents can be written. */
export type Family =
  | 'chrome'
  | 'webview'
  | 'edge'
  | 'firefox'
  | 'safari'
  | 'opera'
  | 'operaMini'
  | 'samsung'
  | 'ie'
  | 'androidBrowser';

/** Operating systems whose user agents can be written. */
export type System = 'windows' | 'mac' | 'linux' | 'chromeos' | 'android' | 'ios' | 'ipados';

/** Classes of devices; others have no user agent of their own here. */
export type DeviceClass = 'desktop' | 'mobile' | 'tablet';

/** Where a browser runs. */
export type Platform = 'windows' | 'mac' | 'linux' | 'chromeos' | 'androidPhone' | 'androidTablet' | 'iPhone' | 'iPad';

/** A browser as a name tells it; some names tell the system too. */
export interface Browser {
  readonly family: Family;
  readonly system: System | null;
}

/** Names of browsers, folded to letters and digits; what stands after a colon is the system that the name tells. */
const browserNames: Readonly<Record<string, string>> = {
  chrome: 'chrome chromium googlechrome chromemobile chromedesktop brave',
  'chrome:ios': 'crios chromeios chromemobileios',
  'webview:android': 'androidwebview chromewebview chromiumwebview',
  'webview:ios': 'ioswebview safariinapp mobilesafariuiwebview',
  edge: 'edge microsoftedge edgechromium edg edgemobile',
  'edge:android': 'edga edgeandroid',
  'edge:ios': 'edgios edgeios',
  firefox: 'firefox mozillafirefox firefoxdesktop',
  'firefox:android': 'firefoxmobile fennec firefoxforandroid',
  'firefox:ios': 'fxios firefoxmobileios firefoxios firefoxforios',
  safari: 'safari',
  'safari:ios': 'mobilesafari ios safarimobile iossafari',
  opera: 'opera opr operagx operanext',
  'opera:android': 'operamobile operamobi',
  'opera:ios': 'operatouch operaios',
  operaMini: 'operamini',
  'samsung:android': 'samsung samsunginternet samsungbrowser',
  'ie:windows': 'ie internetexplorer msie microsoftinternetexplorer',
  'androidBrowser:android': 'android androidbrowser androidstockbrowser',
};

const systemNames: Readonly<Record<System, string>> = {
  windows: 'windows win windowsnt microsoftwindows',
  mac: 'mac macos macosx osx macintosh',
  linux: 'linux gnulinux ubuntu debian fedora centos redhat suse opensuse mint linuxmint',
  chromeos: 'chromeos chromiumos cros',
  android: 'android androidos fireos amazonos harmonyos',
  ios: 'ios iphoneos iphone ipod',
  ipados: 'ipados ipad',
};

const classNames: Readonly<Record<DeviceClass, string>> = {
  desktop: 'desktop laptop notebook pc computer',
  mobile: 'mobile mobilephone phone smartphone phablet featurephone handset',
  tablet: 'tablet',
};

/** Every name that is understood, by what it is a name of; they are compared as letters and digits in lower case. */
export const knownNames: Readonly<Record<'browser' | 'os' | 'device', readonly string[]>> = {
  browser: Object.values(browserNames).flatMap((names) => names.split(' ')),
  os: Object.values(systemNames).flatMap((names) => names.split(' ')),
  device: Object.values(classNames).flatMap((names) => names.split(' ')),
};

const browsers = inverted(browserNames);
const systems = inverted(systemNames);
const classes = inverted(classNames);

/** The browser that a name tells, whatever its case and punctuation; `null` where none can be told. */
export function browserOf(name: string): Browser | null {
  const found = browsers.get(folded(name));
  if (found === undefined) return null;
  const [family, system] = found.split(':');
  return { family: family as Family, system: (system as System | undefined) ?? null };
}

/** The system that a name tells; `null` where none can be told. */
export function systemOf(name: string): System | null {
  return (systems.get(folded(name)) as System | undefined) ?? null;
}

/** The class of device that a name tells; `null` where none can be told. */
export function classOf(name: string): DeviceClass | null {
  return (classes.get(folded(name)) as DeviceClass | undefined) ?? null;
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function inverted(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).flatMap(([key, names]) => names.split(' ').map((name) => [name, key] as const)));
}
