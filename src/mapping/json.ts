import { isLosslessNumber, parse, stringify } from 'lossless-json';

/** A parsed JSON value; numbers keep their digits as written. `undefined` is absent. */
export type JsonNode = unknown;

/** Parses JSON text; `undefined` where it is none. Numbers keep every digit; doubled members of one name are no JSON. */
export function parseJson(text: string): JsonNode {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** The member at the end of `parts`. In a list of `{key, value}` a part is a key, and its one value that is not null is taken. */
export function walkJson(node: JsonNode, parts: readonly string[]): JsonNode {
  let current = node;
  for (const [index, part] of parts.entries()) {
    if (Array.isArray(current)) current = oneValue(valueOfKey(current, part), parts[index + 1]);
    else if (isObject(current)) current = Object.hasOwn(current, part) ? current[part] : undefined;
    else return undefined;
  }
  return current;
}

/** A JSON value as the text a column gets: absent and null are empty, booleans `true` and `false`, objects and lists JSON. */
export function textOfJson(node: JsonNode): string {
  if (typeof node === 'string') return node;
  if (node === undefined || node === null) return '';
  if (isLosslessNumber(node)) return node.value;
  if (typeof node === 'boolean') return node ? 'true' : 'false';
  return stringify(node) ?? '';
}

/** Whether a value is a text that would be an object or a list of JSON, broken or not. */
export function holdsJson(node: JsonNode): node is string {
  return typeof node === 'string' && /^\s*[[{]/.test(node);
}

/** A row of JSON as its members are read: those that are texts of JSON are what they hold. */
export function withMembersRead(node: JsonNode): JsonNode {
  if (!isObject(node) || !Object.values(node).some(holdsJson)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, member]) => [name, holdsJson(member) ? (parseJson(member) ?? member) : member]),
  );
}

/** Whether a JSON value has members. */
export function isObject(node: JsonNode): node is Record<string, JsonNode> {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && !isLosslessNumber(node);
}

function valueOfKey(list: readonly JsonNode[], key: string): JsonNode {
  for (const item of list) {
    if (isObject(item) && Object.hasOwn(item, 'key') && textOfJson(item['key']) === key) return item['value'];
  }
  return undefined;
}

// Exports of typed key-value lists wrap the value: { string_value, int_value, … }, one of them not null, and in those of
// users' properties the time at which it was set. A path that names one of those members itself gets it.
function oneValue(value: JsonNode, next: string | undefined): JsonNode {
  if (!isObject(value)) return value;
  if (next !== undefined && Object.hasOwn(value, next)) return value;
  const present = Object.keys(value).filter((name) => value[name] !== null && name !== 'set_timestamp_micros');
  const [only] = present;
  return present.length === 1 && only !== undefined ? value[only] : undefined;
}
