/**
 * The first second, Unix time, that Adobe still keeps at `now` (epoch ms) when it keeps `months`: the same day and time of
 * day in UTC that many months before, or the last day of a shorter month. What is older goes with the purge of each
 * month (Adobe docs, Data retention).
 */
export function keptFrom(now: number, months: number): number {
  const then = new Date(now);
  const day = then.getUTCDate();
  then.setUTCDate(1);
  then.setUTCMonth(then.getUTCMonth() - months);
  const days = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate();
  then.setUTCDate(Math.min(day, days));
  return Math.floor(then.getTime() / 1000);
}
