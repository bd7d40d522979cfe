/**
 * The rules of discovery as they are played on recorded bars: the defaults, with lengths of time translated to whole
 * bars. No threshold is changed. `describeMapping` says in plain words what that means, for reports.
 */
import { DEFAULT_DISCOVERY_CONFIG, type DiscoveryConfig } from '../../discovery/index.ts';
import { SCAN_STEP_MS, type ScanTimeframe } from './recording-files.ts';

/** The defaults on bars of `timeframe`; the seed's 20 minutes of baseline and their 10 of warm-up stay what they are. */
export function scanConfig(timeframe: ScanTimeframe): DiscoveryConfig {
  const { ticker, filter, ...rest } = DEFAULT_DISCOVERY_CONFIG;
  const barMs = SCAN_STEP_MS[timeframe];
  const bars = (minutes: number): number => minutes / (barMs / ticker.barMs);
  return {
    ...rest,
    ticker: {
      ...ticker,
      barMs,
      baselineBars: bars(ticker.baselineBars),
      warmUpBars: bars(ticker.warmUpBars),
      // Frames come once a bar; only a bar that is missing everywhere is a gap.
      silenceMs: Math.max(ticker.silenceMs, barMs),
    },
    // Recordings of candles have no order books.
    filter: { ...filter, bookGate: 'whereKnown' },
  };
}

/** What a reader must know of the translation, one sentence each. */
export function describeMapping(timeframe: ScanTimeframe): readonly string[] {
  const { ticker, anomaly } = scanConfig(timeframe);
  const volume =
    timeframe === '1m'
      ? `The volume of the last minute is the last 1m bar, its baseline the ${ticker.baselineBars} bars before it.`
      : `There are no minutes in ${timeframe} bars, and none are made up: the volume rule compares the last ${timeframe} bar with the ${ticker.baselineBars} bars (20 minutes) before it. A burst of one minute is thinned out over the bar, so the same threshold (${anomaly.volumeRatioMin} times) is stricter here than it is live.`;
  return [
    volume,
    `A bar is told when it is over, as one closed bar and one ticker at its close; inside a bar nothing is known. Live, the same rule sees every second, so an entry here is up to ${timeframe} later than it would be live and never earlier.`,
    'Figures of 24 hours are made of the bars of the 24 hours before. Judging begins 24 hours into the recording; a coin whose first bar is later than that counts as listed with it, which a hole in the files would look like too.',
    'Books, announcements and posts are not in a recording: the gates for spread and depth are open, and only bursts and new instruments bring coins in.',
  ];
}
