/**
 * The live half of `hotwick scan`: the public market, or a simulated exchange, watched without an account, with the
 * hottest coins and their reasons now and then and at the end.
 */
import { openBinance } from '../../adapters/binance/binance-access.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { addMs, type DurationMs, toIsoText } from '../../core/time.ts';
import { DEFAULT_DISCOVERY_CONFIG } from '../../discovery/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SocialStatus } from '../../ports/social-source.ts';
import { type Config, loadConfig } from '../config.ts';
import type { DiscoveryService } from '../discovery/discovery-service.ts';
import { openSocialSources, SQUARE_POLL_MS } from '../discovery/social-sources.ts';
import { startLiveScan } from '../scan/live-scan.ts';
import { toLiveTables } from '../scan/live-table.ts';
import { alignTable } from '../scan/scan-tables.ts';
import { grouped, say, sayFailure, sayWarning } from './output.ts';
import { runUntilStopped } from './running.ts';

/** What an operator may choose. */
export type LiveFlags = {
  readonly for?: DurationMs;
  readonly every: DurationMs;
  readonly restUrl?: string;
  readonly wsUrl?: string;
};

/** Runs until told to stop, or for as long as asked. */
export async function runLiveScan(flags: LiveFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  await runUntilStopped(async (stop, stopped) => {
    const clock = createWallClock();
    const { scan, close } = await openScan(flags, { config: config.value, clock });
    const startTime = clock.now();
    let cancel = (): void => {};
    const repeat = (): void => {
      cancel = clock.schedule(addMs(clock.now(), flags.every), () => {
        sayTables(scan, clock);
        repeat();
      });
    };
    try {
      say('Hotwick: discovery on the live market. Volumes need ten minutes of minutes before a burst can be told.');
      if (flags.for !== undefined) clock.schedule(addMs(startTime, flags.for), stop.plan);
      else say('\nPress Ctrl-C to stop.');
      repeat();
      await stopped;
      cancel();
      sayTables(scan, clock);
    } finally {
      await close();
      clock.close();
    }
  });
}

async function openScan(
  { restUrl, wsUrl }: LiveFlags,
  { config, clock }: { readonly config: Config; readonly clock: Clock },
): Promise<{ readonly scan: DiscoveryService; readonly close: () => Promise<void> }> {
  const onFault = (fault: Failure): void => sayWarning(`${fault.code}: ${fault.message}`);
  const random = createSeededRandom(1, 'scan');
  const access = openBinance({
    clock,
    wallClock: clock,
    random,
    onFault,
    endpoints: {
      ...config.endpoints,
      // A simulated exchange has its own announcements.
      ...(restUrl === undefined ? {} : { spotRestUrl: restUrl, announcementsUrl: restUrl }),
      ...(wsUrl === undefined ? {} : { spotStreamUrl: wsUrl }),
    },
  });
  const scan = await startLiveScan({
    config: DEFAULT_DISCOVERY_CONFIG,
    clock,
    openWatch: access.openMarketWatch,
    socials: openSocialSources(config.social, { clock, squarePollMs: SQUARE_POLL_MS }),
    onFault,
  });
  const close = async (): Promise<void> => {
    await scan.close();
    await access.close();
  };
  return { scan, close };
}

function sayTables({ state, status }: DiscoveryService, clock: Clock): void {
  const now = clock.now();
  const { watch, socials } = status();
  const { tickers, minutes } = watch;
  say(
    `\n${toIsoText(now)}  tickers: ${grouped(tickers.frames)} frames; minutes: ${grouped(minutes.live)} of ${grouped(minutes.wanted)} streams`,
  );
  say(`  said in public: ${socials.map(socialText).join('; ')}`);
  for (const table of toLiveTables(state, now)) say(`\n${alignTable(table)}`);
}

function socialText({ network, offReason, posts, skipped, failures, lastFailure }: SocialStatus): string {
  if (offReason !== null) return `${network} off (${offReason})`;
  const failed = lastFailure === null ? '' : `, ${failures} failures, the last ${lastFailure.code}`;
  return `${network} ${grouped(posts)} posts, ${grouped(skipped)} unusable${failed}`;
}
