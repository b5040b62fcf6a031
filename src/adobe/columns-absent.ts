/** Why a name that people expect is no column, with what Adobe does about it: it ignores the whole column. */
const removed = 'was a column once and is ignored today; its values can still ride in queryString as';
const never = 'was never a column of BDIA and is ignored';

/** Names that look like columns and are not, in Adobe's spelling (older BDIA guides; Full processing data sources). */
export const absentColumns: ReadonlyMap<string, string> = new Map([
  ['homePage', `${removed} "hp"`],
  ['javaScriptVersion', `${removed} "j"`],
  ['plugins', `${removed} "p"`],
  ['state', `${removed} "state"`],
  ['timezone', never],
  ['charSet', `${never}: files are UTF-8, which Adobe adds itself`],
  ['clickAction', never],
  ['clickActionType', never],
  ['clickContext', never],
  ['clickContextType', never],
  ['clickSourceID', never],
  ['clickTag', never],
]);
