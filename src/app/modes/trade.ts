/**
 * The hot-coin system on the real market: Binance's streams in; orders to a venue on paper that keeps the exchange's
 * rules, or to the exchange itself where every consent was given.
 */
import { type BinanceAccess, openBinance } from '../../adapters/binance/binance-access.ts';
import type { BinanceFeed } from '../../adapters/binance/binance-feed.ts';
import type { BinanceEndpoints } from '../../adapters/binance/endpoints.ts';
import type { BudgetStats } from '../../adapters/binance/request-governor.ts';
import type { BinanceTimings } from '../../adapters/binance/timings.ts';
import type { ApiCredentials } from '../../adapters/binance/trading/credentials.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import type { RequestBudget } from '../../api/contract.ts';
import type { Result } from '../../core/result.ts';
import type { Surroundings, TradingEvent } from '../../engine/index.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { SocialConfig } from '../config.ts';
import { openSocialSources } from '../discovery/social-sources.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import type { Trading } from '../hotcoin/trading-consent.ts';
import { toTradingSettings } from '../hotcoin/trading-settings.ts';
import type { MarketRecorder } from '../recording/market-recorder.ts';
import { openMarketRecorder, type RecordingPlace } from '../recording/open-recording.ts';
import type { EngineStopwatch } from '../trading/engine-stopwatch.ts';
import { paperCosts } from '../trading/paper-costs.ts';
import { createPaperVenue } from '../trading/paper-venue.ts';
import { startTrading, type TradingService, type TradingVenue } from '../trading/trading-service.ts';

/** What an operator, or the demo, may choose. */
export type TradeOptions = {
  readonly resolved: ResolvedConfig;
  readonly trading: Trading;
  /** Needed to trade with money. */
  readonly credentials: ApiCredentials | null;
  readonly dataDir: string;
  readonly candidatesPath: string;
  /** Where everything the run is told is recorded; nothing is where absent. */
  readonly recording?: RecordingPlace;
  readonly endpoints: Partial<BinanceEndpoints>;
  /** Whom to ask what is said in public; nobody where it is absent. */
  readonly social?: SocialConfig;
  readonly timings?: Partial<BinanceTimings>;
  readonly version: string;
  readonly seed: number;
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly notifier: Notifier;
  readonly onEvents: (events: readonly TradingEvent[]) => void;
  /** How it goes with the files that other programs read. */
  readonly storage?: () => Surroundings['storage'];
  /** Takes how long step and commits take; nothing is timed where absent. */
  readonly stopwatch?: EngineStopwatch;
  readonly onWarning: (reason: string) => void;
  readonly onFatal: (failure: Failure) => void;
};

/** Starts trading; on failure nothing keeps running. */
export function startTrade(options: TradeOptions): Promise<Result<TradingService, Failure>> {
  const { resolved, trading, social, clock } = options;
  const { discovery } = resolved.config;
  const squarePollMs = discovery.square_poll_sec * 1_000;
  let access: BinanceAccess | null = null;
  const quoteAsset = 'USDT';
  return startTrading({
    ...options,
    ...(options.recording === undefined ? {} : { recorder: openRecorder(options, options.recording) }),
    settings: toTradingSettings(resolved, trading),
    heatRetentionMs: discovery.heat_history_retention_days * 86_400_000,
    openMarket: (ledger) => {
      const opened = openAccess(options, ledger);
      access = opened;
      let feed: BinanceFeed | null = null;
      return {
        openFeed: (sink) => {
          feed = opened.openFeed(sink);
          return feed;
        },
        readBudgets: () => (feed === null ? [] : [toBudget(feed.requestBudget().spot)]),
        openWatch: (sink) => opened.openMarketWatch({ sink, quoteAsset }),
        close: () => opened.close(),
      };
    },
    socials: social === undefined ? [] : openSocialSources(social, { clock, squarePollMs }),
    openVenue: () => openVenue(options, access as unknown as BinanceAccess),
  });
}

function toBudget({ used, limit, blockedUntil }: BudgetStats): RequestBudget {
  return { scope: 'spot', used_weight_1m: used, limit_1m: limit, paused_until_ms: blockedUntil };
}

function openRecorder({ clock, version, resolved, onWarning }: TradeOptions, place: RecordingPlace): MarketRecorder {
  return openMarketRecorder({ place, clock, version, config: resolved.config, onWarning });
}

function openAccess(options: TradeOptions, ledger: Parameters<typeof openBinance>[0]['ledger']): BinanceAccess {
  const { clock, wallClock, endpoints, timings = {}, seed, onWarning } = options;
  return openBinance({
    clock,
    wallClock,
    random: createSeededRandom(seed, 'trading'),
    endpoints,
    timings,
    onFault: (fault) => onWarning(`${fault.code}: ${fault.message}`),
    ...(ledger === undefined ? {} : { ledger }),
  });
}

function openVenue(options: TradeOptions, access: BinanceAccess): TradingVenue {
  const { credentials, trading, clock, seed, resolved } = options;
  if (trading === 'real' && credentials !== null) {
    const venue = access.openVenue(credentials);
    return { venue, account: venue, follow: () => {}, fund: () => {} };
  }
  const paper = createPaperVenue({
    clock,
    random: createSeededRandom(seed, 'paper'),
    costs: paperCosts(resolved.config),
    fetchRules: access.fetchTradingRules,
  });
  return { venue: paper, account: paper, follow: paper.follow, fund: paper.fund };
}
