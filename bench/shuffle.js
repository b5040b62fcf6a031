import { appendFileSync, closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRandom } from './random.js';

/** No cell holds it. */
const separator = '\u001e';
const linesPerPile = 50_000;
const charactersPerWrite = 1 << 18;

/**
 * Puts lines into an order of chance, the same for the same seed, in the memory of one pile whatever their number: each
 * line goes to a pile by chance, and each pile is shuffled by itself. `count` is how many lines will come; `path` is the
 * file that `end` makes of `head` and them, beside which the piles lie until then.
 */
export function createShuffler({ count, seed, path, head }) {
  const random = createRandom(seed);
  const piles = Array.from({ length: Math.ceil(count / linesPerPile) }, (_, index) => ({
    path: `${path}.pile-${index}`,
    waiting: '',
  }));
  const flush = (pile) => {
    appendFileSync(pile.path, pile.waiting);
    pile.waiting = '';
  };
  return {
    add: (line) => {
      const pile = piles[Math.floor(random() * piles.length)];
      pile.waiting += line + separator;
      if (pile.waiting.length >= charactersPerWrite) flush(pile);
    },
    end: () => {
      const file = openSync(path, 'wx');
      try {
        writeSync(file, head);
        for (const pile of piles) {
          flush(pile);
          const lines = readFileSync(pile.path, 'utf8').split(separator);
          lines.pop();
          rmSync(pile.path);
          shuffle(lines, random);
          const block = Buffer.from(lines.join(''));
          for (let at = 0; at < block.length; ) at += writeSync(file, block, at);
        }
      } finally {
        closeSync(file);
      }
    },
  };
}

/** Fisher and Yates. */
function shuffle(list, random) {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
}
