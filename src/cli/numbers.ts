export { bytes, count, plural } from '../index.ts';

/** `7 s`, `12 min 30 s`, `3 h 05 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min ${String(whole % 60).padStart(2, '0')} s` : `${whole} s`;
}

/** `2023-01-01 00:00:00` in UTC. */
export function utcTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** An ISO 8601 text of a report as people read it: `2023-01-01 00:00:00 UTC`. */
export function utcTimeOf(iso: string): string {
  return `${utcTime(Date.parse(iso) / 1000)} UTC`;
}
