/** What people look for among transforms and tails, in lower case, and where the language has it. */
export const saidElsewhere: ReadonlyMap<string, string> = new Map([
  ['urlencode', 'columns that hold a URL, and queryString, encode what they get'],
  ['trim', 'every column trims what it gets'],
  ['truncate', 'every column cuts what it gets to its limit; overflow: says otherwise'],
  ['concat', 'write template: "{a}{b}"'],
  ['coalesce', 'write first: [a, b]'],
  ['default', 'write else: { const: text }'],
  ['event', 'events are a list: events: [ { event: event1 } ]'],
  ...['column', 'field', 'source'].map((key) => [key, 'write from: column'] as const),
  ...['constant', 'literal', 'fixed'].map((key) => [key, 'write const: text'] as const),
  ...['transform', 'transforms', 'apply'].map((key) => [key, 'write then: [ … ]'] as const),
  ...['if', 'where', 'condition'].map((key) => [key, 'write when: { column: text }'] as const),
]);
