/**
 * Every higher candle derived here against the one the exchange published, over all recorded files that have both.
 * Each exception is a known incident of the exchange, listed with its reason; anything else fails.
 */
import { basename } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseCandleFileName } from '../../src/adapters/archive/candle-file-name.ts';
import { openCandleFile } from '../../src/app/data/candle-files.ts';
import { type CandleDifference, type VerifyReport, verifyCandles } from '../../src/app/data/verify-candles.ts';
import { dataFile, describeWithData, listDataFiles } from '../fixtures/shared-data.ts';

/** Incidents of the exchange: stretches in which its own files disagree with each other. */
const INCIDENTS = [
  {
    files: 'spot-vision-missing-minute/SOLUSDT-15m',
    from: '2023-02-14T16:30:00Z',
    to: '2023-02-14T16:45:00Z',
    reason: 'minute 16:39 is missing from the official 1m archive, the higher candle contains its trades',
  },
  {
    files: 'spot-vision-missing-minute/SOLUSDT-1h',
    from: '2023-02-14T16:00:00Z',
    to: '2023-02-14T17:00:00Z',
    reason: 'minute 16:39 is missing from the official 1m archive, the higher candle contains its trades',
  },
  {
    files: 'spot-doge-may2021/',
    from: '2021-04-22T02:10:00Z',
    to: '2021-04-22T02:30:00Z',
    reason: 'published 1m and 5m disagree on all pairs at once',
  },
  {
    files: 'spot-doge-may2021/',
    from: '2021-04-23T01:40:00Z',
    to: '2021-04-23T02:55:00Z',
    reason: 'published 1m and 5m disagree on all pairs at once',
  },
] as const;

type Pair = { readonly folder: string; readonly base: string; readonly higher: string };

/** Every (1m, higher) pair of one symbol in one folder, and the long timeframes that lie in a folder of their own. */
function findPairs(): readonly Pair[] {
  const pairs: Pair[] = [];
  const beside = (baseFolder: string, higherFolder: string): void => {
    for (const base of listDataFiles(`klines/${baseFolder}`)) {
      const name = parseCandleFileName(base);
      if (!name.ok || name.value.timeframeText !== '1m') continue;
      for (const higher of listDataFiles(`klines/${higherFolder}`)) {
        const other = parseCandleFileName(higher);
        if (!other.ok || other.value.symbol !== name.value.symbol || other.value.timeframeText === '1m') continue;
        pairs.push({
          folder: baseFolder,
          base: `klines/${baseFolder}/${base}`,
          higher: `klines/${higherFolder}/${higher}`,
        });
      }
    }
  };
  for (const folder of listDataFiles('klines')) beside(folder, folder);
  beside('spot-vision', 'spot-higher-tf');
  return pairs;
}

async function verify(pair: Pair): Promise<VerifyReport> {
  const [base, higher] = [pair.base, pair.higher].map((path) => openCandleFile(dataFile(path)));
  if (!base?.ok || !higher?.ok) throw new Error(`can not name ${pair.base} and ${pair.higher}`);
  const report = await verifyCandles(base.value.seriesId, base.value, higher.value);
  if (!report.ok) throw new Error(report.error.message);
  return report.value;
}

function isIncident(pair: Pair, difference: CandleDifference): boolean {
  return INCIDENTS.some(({ files, from, to }) => {
    return (
      pair.higher.includes(files) && difference.openTime >= Date.parse(from) && difference.openTime < Date.parse(to)
    );
  });
}

describeWithData('derived candles against the exchange', () => {
  const pairs = findPairs();
  const totals = { files: 0, compared: 0, equal: 0, incidents: 0, skipped: 0 };

  it('finds every pair of files', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(30);
  });

  it.each(pairs.map((pair) => [basename(pair.higher), pair.folder, pair] as const))(
    'derives %s (%s) exactly',
    async (_name, _folder, pair) => {
      const report = await verify(pair);
      const unexplained = report.differences.filter((difference) => !isIncident(pair, difference));
      totals.files++;
      totals.compared += report.compared;
      totals.equal += report.equal;
      totals.incidents += report.different - unexplained.length;
      totals.skipped += report.skipped;
      process.stdout.write(
        `  ${basename(pair.higher)}: ${report.equal}/${report.compared} equal, ${report.skipped} not covered, ` +
          `${report.columns.length} columns, volume ${report.volumeRule}\n`,
      );
      expect(unexplained).toEqual([]);
      expect(report.compared).toBeGreaterThan(0);
    },
  );

  afterAll(() => {
    process.stdout.write(
      `golden: ${totals.files} files, ${totals.equal} of ${totals.compared} candles equal, ` +
        `${totals.incidents} in listed exchange incidents, ${totals.skipped} outside the base files\n`,
    );
  });
});
