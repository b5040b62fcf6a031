import { isObject, type JsonNode, textOfJson, walkJson } from '../mapping/json.ts';

/** What is nested deeper is one member. */
const mostDepth = 8;

/**
 * The members of a JSON value that hold something, each with the parts of the name that a mapping reads it by and its
 * text. A list of `{key, value}` gives one for each key, whose text may be empty, another list one for all of it.
 */
export function jsonMembers(node: JsonNode, path: readonly string[]): (readonly [readonly string[], string])[] {
  if (path.length <= mostDepth) {
    if (isObject(node)) return Object.entries(node).flatMap(([name, member]) => jsonMembers(member, [...path, name]));
    const keys = keysOf(node);
    if (keys.length > 0) return keys.map((key) => [[...path, key], textOfJson(walkJson(node, [key]))]);
  }
  const text = Array.isArray(node) && node.length === 0 ? '' : textOfJson(node);
  return text === '' ? [] : [[path, text]];
}

/** The keys of a list of `{key, value}`; none of any other value. */
export function keysOf(node: JsonNode): string[] {
  return Array.isArray(node) ? node.flatMap((item: JsonNode) => keyOf(item) ?? []) : [];
}

function keyOf(item: JsonNode): string | null {
  return isObject(item) && 'key' in item && 'value' in item ? textOfJson(item['key']) : null;
}
