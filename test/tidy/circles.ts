/**
 * Files that import each other in a circle can only be understood, moved and tested together. In: the imports of product and
 * page, those of types too. Out: each circle once.
 */
import { importsOf, resolveTarget } from './imports.ts';
import type { Project, Source } from './project.ts';
import type { Rule, Spot } from './rule.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

function graphOf({ sources }: Project): Graph {
  const looked = sources.filter(({ area, isTest }) => (area === 'src' || area === 'web') && !isTest);
  const known = new Set(looked.map(({ path }) => path));
  const targetsOf = (source: Source): readonly string[] => [
    ...new Set(
      importsOf(source)
        .filter(({ target }) => target.startsWith('.'))
        .map(({ target }) => resolveTarget(source, target)),
    ),
  ];
  return new Map(looked.map((source) => [source.path, targetsOf(source).filter((path) => known.has(path))]));
}

type Visit = { readonly number: number; low: number; isOpen: boolean };

/** Circles as sets of files, by R. Tarjan's strongly connected components (SIAM J. Comput. 1, 1972). */
function circlesOf(graph: Graph): readonly (readonly string[])[] {
  const visits = new Map<string, Visit>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): Visit => {
    const own: Visit = { number: visits.size, low: visits.size, isOpen: true };
    visits.set(path, own);
    open.push(path);
    for (const target of graph.get(path) ?? []) {
      const seen = visits.get(target);
      if (seen === undefined) own.low = Math.min(own.low, visit(target).low);
      else if (seen.isOpen) own.low = Math.min(own.low, seen.number);
    }
    if (own.low === own.number) {
      const circle = open.splice(open.indexOf(path));
      for (const member of circle) (visits.get(member) as Visit).isOpen = false;
      if (circle.length > 1 || graph.get(path)?.includes(path) === true) circles.push(circle.sort());
    }
    return own;
  };
  for (const path of graph.keys()) if (!visits.has(path)) visit(path);
  return circles;
}

function findCircles(project: Project): readonly Spot[] {
  return circlesOf(graphOf(project)).map((circle) => ({
    path: circle[0] as string,
    line: 1,
    message: `in a circle: ${circle.join(', ')}`,
  }));
}

/** No file imports itself by way of others. */
export const circleRule: Rule = {
  name: 'import-circle',
  replacement: 'give what both need a file of its own, or hand it in',
  check: findCircles,
  bad: [
    { 'src/core/a.ts': "import type { B } from './b.ts';", 'src/core/b.ts': "import { a } from './a.ts';" },
    {
      'web/a.ts': "import './b.ts';",
      'web/b.ts': "export * from './c.ts';",
      'web/c.ts': "type A = import('./a.ts').A;",
    },
  ],
  good: [
    {
      'src/core/a.ts': "import { b } from './b.ts'; import './c.ts';",
      'src/core/b.ts': "import './c.ts';",
      'src/core/c.ts': '',
    },
    { 'src/core/a.ts': "import { b } from './b.ts';", 'src/core/a.test.ts': "import './a.ts';", 'src/core/b.ts': '' },
  ],
};
