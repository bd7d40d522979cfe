/**
 * Requirements and tests belong together: each id has a test that names it.
 */
import { REQUIREMENTS } from '../../tools/requirements/requirement-list.ts';
import { findNamedTests, isKnownId, isTestPath } from '../../tools/requirements/requirement-tests.ts';
import type { Project } from './project.ts';
import type { Rule, Spot } from './rule.ts';

const LIST = 'tools/requirements/requirement-list.ts';
const IDS = REQUIREMENTS.flatMap(({ requirements }) => requirements.map(({ id }) => id));

function findFaults(project: Project): Spot[] {
  const tests = project.sources
    .filter(({ path, area }) => isTestPath(path) && ['src', 'test', 'tools', 'web'].includes(area))
    .flatMap(({ tree, path }) => findNamedTests(tree, path));
  const named = new Map(tests.flatMap(({ path, ids }) => ids.map((id) => [id, path] as const)));
  const spot = (path: string, message: string): Spot => ({ path, line: 1, message });
  return [
    ...IDS.filter((id) => !named.has(id)).map((id) => spot(LIST, `no test names ${id}`)),
    ...[...named]
      .filter(([id]) => !isKnownId(id))
      .map(([id, path]) => spot(path, `names ${id}, which is no requirement`)),
  ];
}

function sample(ids: readonly string[]): Readonly<Record<string, string>> {
  return { 'src/core/x.test.ts': ids.map((id) => `it('${id} holds', () => {});`).join('\n') };
}

/** Every requirement is proven. */
export const requirementRule: Rule = {
  name: 'requirement',
  replacement: 'name the id in the title of the test that proves it',
  check: findFaults,
  bad: [sample(IDS.slice(1)), sample([...IDS, 'R9-99']), { 'src/core/x.test.ts': `f('${IDS.join(' ')}', () => {});` }],
  good: [
    sample(IDS),
    { 'test/x.contract.ts': `describe('a', () => it.each([1])('${IDS.join(' ')} %s', () => {}));` },
    { 'test/x.test.ts': `describeWhere(a)('${IDS.join(' ')}', () => {});` },
  ],
};
