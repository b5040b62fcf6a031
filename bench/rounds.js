import { measure } from './measure.js';

/**
 * Measures every contender once in each round, one at a time; each round begins with another one, so that none always
 * follows the same one. Resolves to the measurements by name, round by round, and to where the output of the last round
 * lies.
 */
export async function runRounds(contenders, { rounds, folder, signal, say }) {
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  const outputOf = ({ name }) => `${folder}/output/${name.replaceAll(/\W+/g, '-')}`;
  for (let round = 0; round < rounds; round++) {
    const turn = round % contenders.length;
    for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      const sample = await measure(contender, outputOf(contender), signal);
      samples.get(contender.name).push(sample);
      say(`round ${round + 1}, ${contender.name}: ${sample.wallSeconds.toFixed(2)} s`);
    }
  }
  return { samples, outputOf };
}
