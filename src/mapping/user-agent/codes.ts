/** Names that the codes of a system stand for; a code that is not here is read as a name. */
export interface CodeTable {
  readonly browser: Readonly<Record<string, string>>;
  readonly os: Readonly<Record<string, string>>;
  readonly device: Readonly<Record<string, string>>;
}

/**
 * Matomo's codes, as its `log_visit` holds them (Matomo docs, device detection: lists of browsers, operating systems
 * and device types); those of which a user agent can be written. The codes of Windows versions and of single Apple
 * devices are those of Piwik 1.
 */
const matomo: CodeTable = {
  browser: {
    CH: 'chrome',
    CM: 'chrome',
    CR: 'chrome',
    BR: 'chrome',
    CI: 'crios',
    CV: 'chromewebview',
    PS: 'edge',
    FF: 'firefox',
    FM: 'firefoxmobile',
    FE: 'fennec',
    F1: 'fxios',
    SF: 'safari',
    MF: 'mobilesafari',
    OP: 'opera',
    OX: 'opera',
    ON: 'opera',
    OM: 'operamobile',
    OO: 'operatouch',
    OI: 'operamini',
    O1: 'operamini',
    SB: 'samsung',
    IE: 'ie',
    AN: 'androidbrowser',
  },
  os: {
    WIN: 'windows',
    WRT: 'windows',
    W2K: 'windows 2000',
    WXP: 'windows xp',
    WVI: 'windows vista',
    WI7: 'windows 7',
    WI8: 'windows 8',
    MAC: 'mac',
    LIN: 'linux',
    UBT: 'linux',
    KBT: 'linux',
    XBT: 'linux',
    LBT: 'linux',
    DEB: 'linux',
    FED: 'linux',
    CES: 'linux',
    RHT: 'linux',
    SSE: 'linux',
    MIN: 'linux',
    ARL: 'linux',
    GNT: 'linux',
    COS: 'chromeos',
    CRS: 'chromeos',
    AND: 'android',
    CYN: 'android',
    LEN: 'android',
    HAR: 'android',
    FIR: 'fireos',
    IOS: 'ios',
    IPH: 'ios',
    IPD: 'ios',
    IPA: 'ipados',
  },
  device: { 0: 'desktop', 1: 'smartphone', 2: 'tablet', 3: 'featurephone', 9: 'mobile', 10: 'phablet' },
};

/** The code tables that `codes:` may name. */
export const codeTables: Readonly<Record<'matomo', CodeTable>> = { matomo };
