import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptAnswers } from './kept-answers.ts';

type Entry = { readonly key: string; readonly bytes: Uint8Array };

const weight = ({ key, bytes }: Entry): number => key.length * 2 + bytes.byteLength;
const total = (entries: readonly Entry[]): number => entries.reduce((sum, entry) => sum + weight(entry), 0);

const commands = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('find' as const), key: fc.constantFrom('a', 'bb', 'ccc', 'dddd') }),
    fc.record({ do: fc.constant('forget' as const), key: fc.constantFrom('a', 'bb', 'ccc', 'dddd') }),
    fc.record({ do: fc.constant('keep' as const), key: fc.constantFrom('a', 'bb', 'ccc', 'dddd'), size: fc.nat(40) }),
  ),
);

describe('kept answers', () => {
  it('are the most recently used ones that fit both bounds, whatever is asked in whatever order', () => {
    fc.assert(
      fc.property(commands, fc.nat(4), fc.nat(100), (list, answersMax, bytesMax) => {
        const kept = new KeptAnswers<Entry>({ answersMax, bytesMax });
        let model: Entry[] = [];
        for (const command of list) {
          const { key } = command;
          const found = model.find((entry) => entry.key === key);
          model = model.filter((entry) => entry !== found);
          if (command.do === 'keep') {
            const entry = { key, bytes: new Uint8Array(command.size) };
            kept.keep(key, entry);
            model.push(entry);
            while (model.length > answersMax || total(model) > bytesMax) model.shift();
          } else if (command.do === 'find') {
            expect(kept.find(key)).toBe(found);
            if (found !== undefined) model.push(found);
          } else kept.forget(key);
          expect(kept.size).toEqual({ answers: model.length, bytes: total(model) });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are none when one answer alone is too large', () => {
    const kept = new KeptAnswers<Entry>({ answersMax: 10, bytesMax: 100 });
    kept.keep('a', { key: 'a', bytes: new Uint8Array(50) });
    kept.keep('b', { key: 'b', bytes: new Uint8Array(101) });
    expect([kept.find('b'), kept.size]).toEqual([undefined, { answers: 0, bytes: 0 }]);
  });
});
