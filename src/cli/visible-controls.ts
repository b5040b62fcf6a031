// The last two ranges embed and override the direction of all that follows on the line.
const controls = String.raw`[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]`;
const everyControl = new RegExp(controls, 'gu');
const butColours = new RegExp(String.raw`(?!\u001B\[\d{1,2}m)(?:${controls})`, 'gu');

/**
 * `text` with a sign for each control character but line breaks: what a source holds must not clear a terminal's screen,
 * move its cursor or turn a line around. Colours, too, unless `keepsColours`.
 */
export function visibleControls(text: string, keepsColours = false): string {
  return text.replace(keepsColours ? butColours : everyControl, signOf);
}

/** Unicode has pictures of ASCII's control characters alone. */
function signOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : '�';
}
