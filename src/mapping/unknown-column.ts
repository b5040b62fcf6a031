import { type Faults, type Path, suggestion } from './faults.ts';

const dividers = [';', ',', '\t', '|'];
const shownColumns = 8;

/**
 * Tells of names that the source does not have. Where the name stands inside the name of a column, the files are divided
 * by something else than the mapping says: that is told once, and no name after it.
 */
export function createUnknownColumn(
  columns: readonly string[],
  fileSet: string | undefined,
  faults: Faults,
): (name: string, path: Path) => void {
  const known = columns.filter((column) => !column.startsWith('#'));
  let isUndivided = false;
  return (name, path) => {
    if (isUndivided) return;
    const undivided = fileSet === undefined ? null : findUndivided(name, known);
    if (fileSet !== undefined && undivided !== null) {
      isUndivided = true;
      const { column, divider } = undivided;
      const message = `the files of "${fileSet}" give "${column}" as one column`;
      faults.error(
        ['files', fileSet, 'delimiter'],
        'delimiter',
        message,
        `write delimiter: ${JSON.stringify(divider)}`,
      );
      return;
    }
    const hint = suggestion(name, known, takesText(path) ? constant(name) : listOf(known));
    faults.error(path, 'unknown-source-column', `the source has no column "${name}"`, hint);
  };
}

function findUndivided(name: string, columns: readonly string[]): { column: string; divider: string } | null {
  for (const column of columns)
    for (const divider of dividers) {
      const parts = column.split(divider);
      if (parts.length > 1 && parts.includes(name)) return { column, divider };
    }
  return null;
}

/** A key, a time and what a condition looks at come from a column; a text for all rows is no cure there. */
function takesText(path: Path): boolean {
  return (path[0] === 'target' || path[2] === 'hit') && !path.includes('when');
}

function constant(name: string): string {
  return `a text that is the same for all rows is written { const: "${name}" }`;
}

function listOf(columns: readonly string[]): string {
  if (columns.length === 0) return 'it has no columns';
  return `it has ${columns.slice(0, shownColumns).join(', ')}${columns.length > shownColumns ? ' …' : ''}`;
}
