/**
 * A copy of `value` as machine output has it: each of `members`, Unix seconds inside, is a text of ISO 8601 in UTC, such as
 * `2023-01-01T00:00:00.000Z`; `null` stays `null`.
 */
export function withIsoTimes<Member extends string, Value extends Readonly<Record<Member, number | null>>>(
  value: Value,
  ...members: readonly Member[]
): Omit<Value, Member> & Readonly<Record<Member, string | null>> {
  const texts = members.map((member) => {
    const seconds = value[member];
    return [member, seconds === null ? null : new Date(seconds * 1000).toISOString()];
  });
  return { ...value, ...Object.fromEntries(texts) };
}
