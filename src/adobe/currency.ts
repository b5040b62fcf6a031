// Adobe's page has not followed ISO 4217 since about 2005: old codes are on it, some of today's are not.
const published =
  'AED AFA ALL AMD ANG AOA ARS AUD AWG AZM BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYR BZD CAD CDF CHF ' +
  'CLP CNY COP CRC CSD CUP CVE CYP CZK DJF DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GGP GHC GIP GMD GNF GTQ ' +
  'GYD HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR ISK JEP JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP ' +
  'LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MTL MUR MVR MWK MXN MYR MZM NAD NGN NIO NOK NPR NZD OMR ' +
  'PAB PEN PGK PHP PKR PLN PYG QAR ROL RUR RWF SAR SBD SCR SDD SEK SGD SHP SIT SKK SLL SOS SPL SRD SRG STD SVC SYP ' +
  'SZL THB TJS TMM TND TOP TRL TTD TVD TWD TZS UAH UGX USD UYU UZS VEB VND VUV WST XAF XAG XAU XCD XDR XOF XPD XPF ' +
  'XPT YER ZAR ZMK ZWD';
const isoOnly =
  'AFN AZN BOV BYN CHE CHW CLF COU CUC GHS MRU MXV MZN RON RSD RUB SDG SLE SSP STN TMT TRY USN UYI UYW VED VES XCG ' +
  'XSU XUA ZMW ZWG ZWL';
const withoutDigits = 'BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const withThreeDigits = 'BHD IQD JOD KWD LYD OMR TND';

const publishedCodes = new Set(published.split(' '));
const isoCodes = new Set(isoOnly.split(' '));
const digits = new Map<string, number>([
  ...withoutDigits.split(' ').map((code) => [code, 0] as const),
  ...withThreeDigits.split(' ').map((code) => [code, 3] as const),
  ['CLF', 4],
  ['UYW', 4],
]);

/** The currency codes that Adobe publishes (Adobe docs, currencyCode configuration variable). */
export function currencyCodes(): string[] {
  return [...publishedCodes];
}

/**
 * What Adobe says of a currency code: `listed`; `iso only`, in ISO 4217 but not on Adobe's list, which may drop the
 * whole hit; or `unknown`, which does. Codes are upper case (Adobe docs, currencyCode configuration variable).
 */
export function currencyStanding(code: string): 'listed' | 'iso only' | 'unknown' {
  if (publishedCodes.has(code)) return 'listed';
  return isoCodes.has(code) ? 'iso only' : 'unknown';
}

/** The digits after the point in which amounts of a currency are written (ISO 4217); 2 where the code is not known. */
export function currencyDigits(code: string): number {
  return digits.get(code) ?? 2;
}
