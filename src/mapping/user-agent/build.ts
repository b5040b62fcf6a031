import type { AdobeColumn } from '../../adobe/column.ts';
import { column } from '../../adobe/columns.ts';
import type { UserAgentSpec, ValueSpec } from '../../config/mapping-schema.ts';
import type { Row } from '../../domain/row.ts';
import { constantsOf } from '../constants.ts';
import { type Path, suggestion } from '../faults.ts';
import { createRowState } from '../row-state.ts';
import type { Reader } from '../scope.ts';
import { compileTidy } from '../tidy.ts';
import { compileText, type ValueContext, type ValueUse } from '../value.ts';
import type { CodeTable } from './codes.ts';
import { knownNames } from './families.ts';
import { codesOf, type Synthesis, synthesise } from './synthesise.ts';

const name = 'userAgent';
const use: ValueUse = { reason: name, column: name };
/** So many different descriptions are remembered; a site sees a few hundred. */
const remembered = 4_096;

/**
 * Compiles `userAgent: { real, browser, … }`: the real one where it is present and no placeholder, else one that is
 * written from the parts, else the constant of the class of device. Which of them it was is counted as `filled`. Where
 * none can be told the column is empty, which is counted, and the row is rejected, since Adobe would skip it.
 */
export function compileUserAgent(spec: UserAgentSpec, path: Path, context: ValueContext): Reader {
  const { state } = context;
  const part = (key: Exclude<keyof UserAgentSpec, 'codes'>): Reader => {
    const value: ValueSpec | undefined = spec[key];
    return value === undefined ? () => '' : compileText(value, [...path, key], use, context);
  };
  const real = part('real');
  const browser = part('browser');
  const browserVersion = part('browserVersion');
  const os = part('os');
  const osVersion = part('osVersion');
  const device = part('device');
  const codes = codesOf(spec.codes);
  checkConstants(spec, path, codes, context);
  const tidy = compileTidy(column(name) as AdobeColumn, 'cut', state);
  const sources = {
    real: state.counter('filled', name, 'real'),
    synthetic: state.counter('filled', name, 'synthetic'),
    constant: state.counter('filled', name, 'constant'),
  };
  const known = new Map<string, Synthesis | null>();
  return (row: Row) => {
    const given = real(row);
    const agent = given === '' ? '' : tidy(given);
    if (agent !== '') {
      state.bump(sources.real);
      return agent;
    }
    const browserSaid = browser(row).trim();
    const versionSaid = browserVersion(row).trim();
    const osSaid = os(row).trim();
    const osVersionSaid = osVersion(row).trim();
    const deviceSaid = device(row).trim();
    const key = `${browserSaid}\0${versionSaid}\0${osSaid}\0${osVersionSaid}\0${deviceSaid}`;
    let made = known.get(key);
    if (made === undefined) {
      const parts = {
        browser: browserSaid,
        browserVersion: versionSaid,
        os: osSaid,
        osVersion: osVersionSaid,
        device: deviceSaid,
      };
      made = synthesise(parts, codes);
      if (known.size >= remembered) known.clear();
      known.set(key, made);
    }
    if (made === null) return '';
    state.bump(sources[made.source]);
    return made.text;
  };
}

/** Tells constants that are no user agent, or say nothing of a browser, a system or a device. */
function checkConstants(spec: UserAgentSpec, path: Path, codes: CodeTable | null, { faults }: ValueContext): void {
  const tidy = compileTidy(column(name) as AdobeColumn, 'cut', createRowState());
  for (const { text, path: at } of constantsOf(spec.real, [...path, 'real'])) {
    if (tidy(text) !== '') continue;
    faults.error(at, 'constant', `"${text}" is a placeholder, and no user agent`, 'leave real out');
  }
  for (const part of ['browser', 'os', 'device'] as const) {
    for (const { text, path: at } of constantsOf(spec[part], [...path, part])) {
      if (synthesise({ ...nothing, [part]: text.trim() }, codes) !== null) continue;
      const names = knownNames[part];
      const message = `"${text}" is no ${words[part]} that is known`;
      faults.error(at, 'user-agent', message, suggestion(text, names, `such as ${names.slice(0, 3).join(', ')}`));
    }
  }
}

const nothing = { browser: '', browserVersion: '', os: '', osVersion: '', device: '' };
const words = { browser: 'browser', os: 'operating system', device: 'class of device' };
