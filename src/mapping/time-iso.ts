import { digitsAt, failTime, notATime, scanFraction, scanOffset, setWall, type TimeText } from './time-text.ts';

const dash = 45;
const colon = 58;
const blank = 32;

/**
 * Reads ISO 8601 and what SQL engines print: a date, or date and time to the minute or finer, joined by `T` or a blank,
 * with a fraction of any length after `.` or `,`; extended (`2015-03-01 10:00:00.5`) or basic (`20150301T100000`) form;
 * an offset (`Z`, `+01`, `+0100`, `+01:00`) or the word `UTC`, with or without blanks before it. Blanks around
 * the whole are ignored. Week dates, ordinal dates, years of other lengths, `BC` and `infinity` are not a time.
 */
export function scanIso(text: string, into: TimeText): boolean {
  let at = 0;
  let end = text.length;
  while (text.charCodeAt(at) === blank) at += 1;
  while (end > at && text.charCodeAt(end - 1) === blank) end -= 1;

  const year = digitsAt(text, at, 4);
  const extended = text.charCodeAt(at + 4) === dash;
  const month = digitsAt(text, extended ? at + 5 : at + 4, 2);
  const day = digitsAt(text, extended ? at + 8 : at + 6, 2);
  if (year < 0 || month < 0 || day < 0) return failTime(into, notATime);
  if (extended && text.charCodeAt(at + 7) !== dash) return failTime(into, notATime);
  at += extended ? 10 : 8;
  into.nanos = 0;
  into.zoned = false;
  if (at === end) return setWall(into, year, month, day, 0, 0, 0);

  const joint = text.charCodeAt(at);
  if (joint !== 84 && joint !== 116 && joint !== blank) return failTime(into, notATime);
  const hour = digitsAt(text, at + 1, 2);
  at += 3;
  if (extended && text.charCodeAt(at) !== colon) return failTime(into, notATime);
  const minute = digitsAt(text, extended ? at + 1 : at, 2);
  at += extended ? 3 : 2;
  if (hour < 0 || minute < 0) return failTime(into, notATime);

  let second = 0;
  const tail = text.charCodeAt(at);
  if (extended ? tail === colon : tail >= 48 && tail <= 57) {
    second = digitsAt(text, extended ? at + 1 : at, 2);
    if (second < 0) return failTime(into, notATime);
    at += extended ? 3 : 2;
    const mark = text.charCodeAt(at);
    if (mark === 46 || mark === 44) {
      at = scanFraction(text, at + 1, into);
      if (at < 0) return failTime(into, notATime);
    }
  }

  if (at < end) {
    while (text.charCodeAt(at) === blank) at += 1;
    if (text.startsWith('UTC', at)) {
      into.zoned = true;
      into.offset = 0;
      at += 3;
    } else {
      at = scanOffset(text, at, into);
    }
  }
  if (at !== end) return failTime(into, notATime);
  return setWall(into, year, month, day, hour, minute, second);
}
