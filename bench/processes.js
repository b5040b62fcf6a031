import { readdirSync, readFileSync } from 'node:fs';

// Linux tells these things in /proc (proc(5)); elsewhere all answers are null.
const ticksPerSecond = 100;

/** CPU seconds that a process, the children that it has waited for, and its living descendants have used. */
export function cpuOfTree(pid) {
  const tree = treeOf(pid);
  if (tree.length === 0) return null;
  // utime, stime, cutime and cstime: a descendant that has ended is in the last two of its parent.
  return (
    tree.reduce((sum, { fields }) => sum + fields.slice(11, 15).reduce((a, b) => a + Number(b), 0), 0) / ticksPerSecond
  );
}

/** Megabytes of memory that each living descendant of a process has held at most, by process id. */
export function peaksOfTree(pid) {
  const peaks = new Map();
  for (const { id } of treeOf(pid)) {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${id}/status`)) ?? [];
    if (kilobytes !== undefined) peaks.set(id, Number(kilobytes) / 1024);
  }
  return peaks;
}

function treeOf(pid) {
  const all = statsOfAll();
  const tree = all.filter(({ id }) => id === pid);
  for (const { id } of tree) tree.push(...all.filter(({ parent }) => parent === id));
  return tree;
}

function statsOfAll() {
  let names;
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const stat = read(`/proc/${name}/stat`);
    // The second field is the program's name in parentheses, which may hold anything; state and parent follow.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.length < 15 ? [] : [{ id: Number(name), parent: Number(fields[1]), fields }];
  });
}

/** A process may end while it is asked. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
