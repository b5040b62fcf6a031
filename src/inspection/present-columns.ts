/** The columns whose cells are not empty, in the order of `names`. */
export function presentColumns(names: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name, place) => (cells[place] ? [[name, cells[place]]] : [])));
}
