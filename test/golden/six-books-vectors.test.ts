/**
 * The parity profile against every reference value of the six books, their fusion and the consensus.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyVectors } from '../../src/app/signals/verify-vectors.ts';
import { describeWithVectors, vectorsDir } from '../fixtures/shared-data.ts';

/**
 * One cloud support on a coarse grid: the close equals MA10 exactly, and the reference's running sum fell below it.
 * It shows in the book, in its flags and in both fusions of that candle.
 */
const KNOWN_TIES = [
  '1m books[182].ma.buy',
  '1m fusion[182].buy',
  '1m live[1422].fusion.buy',
  '1m live[1422].ma.buy',
  '1m maFlags[182]',
];

describeWithVectors('the parity profile', () => {
  it('equals every value of the reference but for the listed ties', () => {
    const result = verifyVectors(join(vectorsDir, 'six-books'));
    if (!result.ok) throw new Error(result.error.message);
    for (const { file, compared, equal, ties, different } of result.value) {
      process.stdout.write(
        `${file}: ${compared} compared, ${equal} equal, ${ties.length} ties, ${different.length} different\n`,
      );
    }
    expect(result.value.flatMap(({ different }) => different)).toEqual([]);
    expect(result.value.flatMap(({ ties }) => ties.map(({ name }) => name)).sort()).toEqual(KNOWN_TIES);
    expect(result.value.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThan(129_446);
  });
});
