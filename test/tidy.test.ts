import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as bans from './tidy/bans.ts';
import * as circles from './tidy/circles.ts';
import * as documents from './tidy/documents.ts';
import * as failures from './tidy/failures.ts';
import * as imports from './tidy/imports.ts';
import { parseProject, readFiles } from './tidy/project.ts';
import { EXCEPTIONS } from './tidy/ratchet.ts';
import * as repository from './tidy/repository.ts';
import * as requirements from './tidy/requirements.ts';
import { describeSpot, type Rule, sampleProject } from './tidy/rule.ts';
import * as settingProofs from './tidy/setting-proofs.ts';
import * as shape from './tidy/shape.ts';
import * as testFiles from './tidy/test-files.ts';

const { IMPORT_TABLE, importsOf, resolveTarget, ...importRules } = imports;
const RULES: readonly Rule[] = [
  ...Object.values(importRules),
  ...[bans, circles, shape, failures, documents, repository, requirements, settingProofs, testFiles].flatMap((module) =>
    Object.values(module),
  ),
];

const project = parseProject(readFiles(resolve(import.meta.dirname, '..')));

describe('the repository', () => {
  it.each(RULES)('keeps the rule $name', (rule) => {
    const excused = EXCEPTIONS.filter((exception) => exception.rule === rule.name).map(({ path }) => path);
    const findings = rule.check(project).filter(({ path }) => !excused.includes(path));
    expect(findings.map((spot) => describeSpot(rule, spot)).join('\n')).toBe('');
  });

  it('P0-4: trades on spot alone, and nothing of trading on futures is left', () => {
    const futures = /fapi\/v\d\/(order|leverage|positionRisk|marginType)|\bpositionSide\b|\bsetLeverage\b|reduceOnly/;
    const product = project.sources.filter(({ path, isTest }) => path.startsWith('src/') && !isTest);
    expect(product.filter(({ text }) => futures.test(text)).map(({ path }) => path)).toEqual([]);
    const venues = product.filter(({ text }) => /implements Venue\b/.test(text)).map(({ path }) => path);
    expect(venues.filter((path) => /futures/.test(path))).toEqual([]);
  });

  it('has source files for the rules to look at', () => {
    const areas = new Set(project.sources.map(({ area }) => area));
    expect([...areas]).toEqual(expect.arrayContaining(['src', 'test', 'tools']));
  });

  it('has no exception that excuses nothing', () => {
    const idle = EXCEPTIONS.filter(({ rule: name, path }) => {
      const rule = RULES.find((candidate) => candidate.name === name);
      return rule === undefined || !rule.check(project).some((spot) => spot.path === path);
    });
    expect(idle).toEqual([]);
  });
});

describe('the rules', () => {
  const bad = RULES.flatMap((rule) => rule.bad.map((sample, index) => ({ name: rule.name, index, rule, sample })));
  const good = RULES.flatMap((rule) => rule.good.map((sample, index) => ({ name: rule.name, index, rule, sample })));

  it.each(bad)('$name fires on its bad sample $index', ({ rule, sample }) => {
    expect(rule.check(sampleProject(sample)).length, JSON.stringify(sample).slice(0, 500)).toBeGreaterThan(0);
  });

  it.each(good)('$name is silent on its good sample $index', ({ rule, sample }) => {
    const findings = rule.check(sampleProject(sample)).map((spot) => describeSpot(rule, spot));
    expect(findings, JSON.stringify(sample).slice(0, 500)).toEqual([]);
  });

  it.each(RULES)('$name has a bad and a good sample and says what to do instead', (rule) => {
    expect(rule.bad.length).toBeGreaterThan(0);
    expect(rule.good.length).toBeGreaterThan(0);
    expect(rule.replacement).not.toBe('');
  });

  it('have names of their own', () => {
    const names = RULES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('report the line of the offence, from 1', () => {
    const sample = { 'src/core/x.ts': "/** Text. */\nf();\n\n// A remark.\nthrow 'broken';\n" };
    const [spot] = failures.thrownValueRule.check(sampleProject(sample));
    expect(spot).toEqual({ path: 'src/core/x.ts', line: 5, message: 'throws something that is no error' });
  });

  it('do not take strings, templates or patterns for comments', () => {
    const quoted = "const a = '// TODO'; const b = `/* TODO */ $" + '{c} // TODO`; const d = /\\/\\/ TODO/;';
    expect(documents.leftoverRule.check(sampleProject({ 'src/core/x.ts': quoted }))).toEqual([]);
  });

  it('cover only folders that the import table knows', () => {
    const folders = Object.keys(IMPORT_TABLE);
    const allowed = Object.values(IMPORT_TABLE).flatMap((allowance) => allowance.folders);
    const unknown = allowed.filter((folder) => folder !== '*' && !folders.includes(folder.split('/')[0] ?? ''));
    expect(unknown).toEqual([]);
  });
});
