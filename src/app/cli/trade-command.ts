/**
 * `hotwick trade`: the hot-coin system on the real market, or on a simulated exchange: observing, on paper, or with money.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { LIVE_CONFIRMATION, type Trading } from '../hotcoin/trading-consent.ts';
import { startTrade } from '../modes/trade.ts';
import { toEventLines } from '../trading/event-text.ts';
import { TradingExports } from '../trading/exports/trading-exports.ts';
import { checkKey } from '../trading/key-check.ts';
import { watchOperator } from '../trading/operator-file.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { packageVersion } from '../version.ts';
import { banner, grouped, say, sayFailure, sayWarning } from './output.ts';
import { runUntilStopped, type Stop } from './running.ts';
import { planTrade, type TradeFlags, type TradePlan } from './trade-plan.ts';

const EXAMPLES = `
Examples:
  hotwick trade                                   observe: signals and decisions, no orders
  HOTCOIN_EXECUTE=1 hotwick trade                 on paper, at the real market's prices
  HOTCOIN_EXECUTE=1 HOTCOIN_CAPITAL=500 hotwick trade --config hotcoin.json
  HOTCOIN_EXECUTE=1 hotwick trade --rest-url http://127.0.0.1:18090 --ws-url ws://127.0.0.1:18090

Settings: built-in defaults, over them --config FILE.json ({"discovery": {...}, "trading": {...}, "execution": {...}}),
over that HOTCOIN_PAPER, HOTCOIN_EXECUTE, HOTCOIN_CAPITAL and HOTCOIN_BLACKLIST.

Money is traded with only when HOTCOIN_EXECUTE=1, HOTCOIN_PAPER=0, BINANCE_API_KEY and BINANCE_SECRET_KEY are set (an
HMAC secret, or an Ed25519 private key as PEM) and --confirm-live ${LIVE_CONFIRMATION} is given. A key that may withdraw is
refused. What is held at a stop stays held, with its stop resting on the exchange; paper goes on at the next start.
hotwick emergency-close sells everything that a running trade holds.`;

/** Longest time an orderly stop may take. */
const STOP_MS = 15_000;

/** Adds the command. */
export function addTradeCommand(program: Command): void {
  program
    .command('trade')
    .description('the hot-coin system: discovery, signals, decisions and orders, on paper unless told otherwise')
    .option('--data-dir <dir>', 'where its files lie (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--config <file>', 'saved settings, JSON')
    .option('--confirm-live <word>', 'the word without which no money is traded with')
    .option('--rest-url <url>', 'REST address of a simulated exchange (default: the one in the settings)')
    .option('--ws-url <url>', 'its stream address')
    .addHelpText('after', EXAMPLES)
    .action(runTrade);
}

async function runTrade(flags: TradeFlags): Promise<void> {
  const plan = planTrade(flags);
  if (!plan.ok) return sayFailure(plan.error);
  await runUntilStopped(async (stop, stopped) => {
    const clock = createWallClock();
    try {
      describe(plan.value);
      const exports = openExports(plan.value, clock);
      const service = await start(plan.value, { clock, stop, exports });
      if (!service.ok) return sayFailure(service.error);
      say('\nTrading runs. Press Ctrl-C to stop, twice to end at once. Times are UTC.\n');
      exports.start(service.value);
      const ignoreOperator = listen(plan.value, { service: service.value, clock });
      await stopped;
      ignoreOperator();
      await closeInTime(async () => {
        await service.value.close();
        await exports.close();
      });
    } finally {
      clock.close();
    }
    say('\nStopped.');
  });
}

async function start(
  plan: TradePlan,
  { clock, stop, exports }: { readonly clock: Clock; readonly stop: Stop; readonly exports: TradingExports },
): Promise<Result<TradingService, Failure>> {
  const { credentials, endpoints, trading } = plan;
  const isKeyUsed = trading === 'real' && credentials !== null;
  const checked = isKeyUsed ? await checkKey({ credentials, endpoints, clock, onWarning: sayWarning }) : ok(undefined);
  if (!checked.ok) return checked;
  return startTrade({
    ...plan,
    candidatesPath: join(plan.dataDir, 'hotcoins.db'),
    version: packageVersion(),
    seed: 1,
    clock,
    wallClock: clock,
    notifier: createLogNotifier({ write: sayWarning }),
    onEvents: (events) => {
      exports.take(events);
      for (const event of events) for (const line of toEventLines(event)) say(line);
    },
    onWarning: sayWarning,
    onFatal: stop.fail,
  });
}

/** `hotwick emergency-close` reaches a running process by a file. */
function listen(
  { dataDir }: TradePlan,
  { service, clock }: { readonly service: TradingService; readonly clock: Clock },
): () => void {
  return watchOperator({
    dir: dataDir,
    clock,
    command: (command) => service.engine.submit({ kind: 'operatorCommanded', receivedTime: clock.now(), command }),
    onWarning: sayWarning,
  });
}

const EXPORT_MODES = { observe: 'observe', simulated: 'paper', real: 'live' } as const;

function openExports({ resolved, trading, dataDir }: TradePlan, clock: Clock): TradingExports {
  return new TradingExports({
    dir: dataDir,
    clock,
    mode: EXPORT_MODES[trading],
    configHash: resolved.hash,
    runId: clock.now().toString(36),
    onWarning: sayWarning,
  });
}

/** R9-2: what does not close in time is left behind; everything that matters was stored before. */
async function closeInTime(close: () => Promise<void>): Promise<void> {
  const limit = setTimeout(() => {
    sayWarning(`trading did not stop within ${STOP_MS / 1000} s; it is ended, and the next start recovers`);
    process.exit(1);
  }, STOP_MS);
  try {
    await close();
  } finally {
    clearTimeout(limit);
  }
}

const MODES: Readonly<Record<Trading, string>> = {
  observe: 'observe: decisions are recorded, nothing is ordered (HOTCOIN_EXECUTE=1 trades on paper)',
  simulated: 'paper: orders go to a simulated wallet',
  real: 'MONEY: ORDERS GO TO THE EXCHANGE',
};

function describe({ resolved: { config, hash }, trading, endpoints, dataDir }: TradePlan): void {
  const { execution, discovery } = config;
  const percent = (share: number): string => `${Number((share * 100).toFixed(4))} %`;
  say(`Hotwick ${packageVersion()}: the hot-coin system\n`);
  say(
    banner([
      ['mode', MODES[trading]],
      ['exchange', `${endpoints.spotRestUrl}, ${endpoints.spotStreamUrl}`],
      ['capital', `${grouped(execution.initial_capital)} USDT`],
      [
        'positions',
        `at most ${execution.max_concurrent_positions}, ${percent(execution.max_single_position_pct)} each, ` +
          `${percent(execution.max_total_exposure_pct)} in all, ${percent(execution.max_sector_exposure_pct)} a sector`,
      ],
      [
        'loss limits',
        `${percent(execution.risk_per_trade_pct)} a stop, ${percent(execution.single_coin_max_loss_pct)} a coin, ` +
          `${percent(execution.daily_max_loss_pct)} a day, halt at ${percent(execution.total_drawdown_halt_pct)} drawdown`,
      ],
      ['blacklist', discovery.blacklist.length === 0 ? 'empty' : discovery.blacklist.join(', ')],
      ['settings', `hash ${hash}`],
      ['data', dataDir],
    ]),
  );
}
