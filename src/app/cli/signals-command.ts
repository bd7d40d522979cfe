/**
 * `hotwick signals SYMBOL`: the opinion on one coin, with every point of every book: fetched from the exchange, or over
 * stored or filed candles.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { splitSymbol } from '../../adapters/archive/candle-file-name.ts';
import { createBinanceFeed } from '../../adapters/binance/binance-feed.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type InstrumentId, instrumentId, type MarketType } from '../../model/instrument.ts';
import { seriesId } from '../../model/series.ts';
import type { TradeSignal } from '../../model/signal.ts';
import { timeframe } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import { DEFAULT_DISPATCH, SIGNAL_PROFILES, type SignalProfile } from '../../signals/index.ts';
import { type Config, loadConfig } from '../config.ts';
import { loadMinutes, type MinuteSource } from '../signals/minute-source.ts';
import { signalOfMinutes } from '../signals/signal-of-minutes.ts';
import { SignalService } from '../signals/signal-service.ts';
import { profileOption } from './audit-lookahead-command.ts';
import { marketOption } from './options.ts';
import { sayFailure, sayJson, sayWarning } from './output.ts';
import { sayMissing, saySignal } from './signal-report.ts';

type Flags = {
  readonly market: MarketType;
  readonly profile: SignalProfile;
  readonly file?: string;
  readonly stored?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick signals BTCUSDT
  hotwick signals SOL/USDT --market futures --profile parity
  hotwick signals BTC/USDT --stored --json
  hotwick signals --file BTCUSDT-1m-2024-03.csv.gz

Four requests bring the history of 1m, 5m, 15m and 1h from the exchange (or the simulated one, see hotwick config); with
--stored or --file the 1m candles there are, the others derived from them, and the signal is that of their last minute.
Each rule that gave or took points is named. An opinion is no advice: strengths are not calibrated on outcomes.
Exit status 0: at least one timeframe was judged; 1: none was, or something failed.`;

/** Seeds the spread of retries; a single question has none. */
const RANDOM_SEED = 1;
const TRACE_ID = 'cli';

/** Adds the command; `verify` is added to what it answers. */
export function addSignalsCommand(program: Command): Command {
  return program
    .command('signals')
    .description('the opinion on one coin with its reasons; verify: compare with reference values')
    .argument('[symbol]', 'for example BTCUSDT, BTC/USDT', symbolOption)
    .option('--market <market>', 'spot or futures', marketOption, 'spot')
    .option('--profile <name>', 'parameters of the signals', profileOption, SIGNAL_PROFILES[0])
    .option('--file <path>', 'judge the 1m candles of a file')
    .option('--stored', 'judge the 1m candles in the database')
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--json', 'print the signal as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runSignals);
}

type Assets = { readonly base: string; readonly quote: string };

function symbolOption(text: string): Assets {
  const upper = text.toUpperCase();
  const [base, quote, ...rest] = upper.split('/');
  if (base && quote && rest.length === 0) return { base, quote };
  const assets = upper.includes('/') ? null : splitSymbol(upper);
  if (assets === null) throw new InvalidArgumentError('write a symbol like BTCUSDT or BTC/USDT');
  return assets;
}

async function runSignals(assets: Assets | undefined, flags: Flags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const signal = await findSignal(assets, flags, config.value);
  if (!signal.ok) return sayFailure(signal.error);
  if (flags.json === true) sayJson(signal.value);
  else saySignal(signal.value, flags.profile);
  if (signal.value.timeframes.every(({ kind }) => kind === 'skipped')) sayMissing();
}

async function findSignal(
  assets: Assets | undefined,
  flags: Flags,
  config: Config,
): Promise<Result<TradeSignal, Failure>> {
  if (flags.file !== undefined) {
    if (assets !== undefined || flags.stored === true) return refused('a file says itself which coin it is of');
    return judgeMinutes({ kind: 'file', path: flags.file }, flags.profile);
  }
  if (assets === undefined) return refused('say which coin, for example hotwick signals BTCUSDT');
  const instrument = instrumentId({ venue: 'binance', market: flags.market, ...assets });
  if (flags.stored !== true) return askVenue(instrument, flags.profile, config);
  const series = seriesId({ instrumentId: instrument, timeframe: timeframe('1m') });
  return judgeMinutes({ kind: 'stored', dataDir: flags.dataDir ?? config.home, seriesId: series }, flags.profile);
}

function refused(reason: string): Result<never, Failure> {
  return err(failure('usage_wrong', { reason }));
}

async function judgeMinutes(source: MinuteSource, profile: SignalProfile): Promise<Result<TradeSignal, Failure>> {
  const minutes = await loadMinutes(source);
  return minutes.ok ? ok(signalOfMinutes(minutes.value, profile, TRACE_ID)) : minutes;
}

/** One cycle of one coin, by the exchange's clock. */
async function askVenue(
  instrument: InstrumentId,
  profile: SignalProfile,
  { endpoints }: Config,
): Promise<Result<TradeSignal, Failure>> {
  const clock = createWallClock();
  const random = createSeededRandom(RANDOM_SEED, 'signals');
  const feed = createBinanceFeed({ clock, random, endpoints, sink: () => {}, onFault: () => {} });
  try {
    const time = await feed.fetchTime();
    if (!time.ok) return time;
    const venueClock = shifted(clock, time.value - clock.now());
    const notifier = createLogNotifier({ write: sayWarning });
    const config = { ...DEFAULT_DISPATCH, profile };
    const service = new SignalService({ config, clock: venueClock, feed, notifier, onSignal: () => {} });
    const [signal] = await service.ask(TRACE_ID, [instrument]);
    return signal === undefined ? refused('no signal') : ok(signal);
  } finally {
    await feed.close();
    clock.close();
  }
}

/** The clock as the venue reads it. */
function shifted(clock: Clock, aheadMs: number): Clock {
  return {
    now: () => addMs(clock.now(), aheadMs),
    schedule: (at, action) => clock.schedule(addMs(at, -aheadMs), action),
    close: clock.close,
  };
}
