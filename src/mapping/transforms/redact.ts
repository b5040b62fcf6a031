import { isIP } from 'node:net';
import { type Redaction, redactions } from '../../config/transform-schema.ts';
import { type Step, textStep } from './step.ts';

// Bounds on each repetition keep the time in proportion to the text. In URLs `@` and some of a name's characters may be
// percent-encoded (RFC 3986); others would be the end of something else.
const email =
  /(?<!%[\dA-F]?)(?:[\p{L}\p{N}._+'-]|%2[BDE]|%5F){1,64}(?:@|%40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/giu;
const digits = /(?<![\d.])\d(?:(?:[ -]|%20|\+)?\d){12,18}(?![\d.]*\d)/g;
const address = /(?<![\w:.])(?:\d{1,3}(?:\.\d{1,3}){3}|[\dA-Fa-f]{0,4}(?::[\dA-Fa-f]{0,4}){2,7})(?![\w:]|\.\d)/g;

const steps: Readonly<Record<Redaction, (text: string) => string>> = {
  email: (text) => (/@|%40/.test(text) ? text.replace(email, redactions.email) : text),
  card: (text) => text.replace(digits, (found) => (isCard(found) ? redactions.card : found)),
  ip: (text) => text.replace(address, (found) => (/\d/.test(found) && isIP(found) !== 0 ? redactions.ip : found)),
};

/**
 * `redact: [kinds]`: mail addresses, payment card numbers (13 to 19 digits whose check digit is right, in groups or
 * not) and IP addresses become `(email)`, `(card)` and `(ip)`, also inside URLs; all of them if unsaid. Never absent.
 */
export function compileRedact(kinds: Redaction | readonly Redaction[] = ['email', 'card', 'ip']): Step {
  const chosen = (typeof kinds === 'string' ? [kinds] : kinds).map((kind) => steps[kind]);
  return textStep((text) => {
    let redacted = text;
    for (const step of chosen) redacted = step(redacted);
    return redacted;
  });
}

/** Whether a check digit is right, by the formula of ISO/IEC 7812-1; zeros alone are no card. */
function isCard(text: string): boolean {
  const number = text.replace(/%20|\D/g, '');
  if (number.length < 13 || number.length > 19 || /^0+$/.test(number)) return false;
  let sum = 0;
  for (let index = 0; index < number.length; index += 1) {
    const digit = Number(number[number.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
