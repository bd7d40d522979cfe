/**
 * What `hotwick trade` says of itself before it begins: the mode, the money and the limits.
 */
import type { Trading } from '../hotcoin/trading-consent.ts';
import { packageVersion } from '../version.ts';
import { banner, grouped } from './output.ts';
import type { TradePlan } from './trade-plan.ts';

const MODES: Readonly<Record<Trading, string>> = {
  observe: 'observe: decisions are recorded, nothing is ordered (HOTCOIN_EXECUTE=1 trades on paper)',
  simulated: 'paper: orders go to a simulated wallet',
  real: 'MONEY: ORDERS GO TO THE EXCHANGE',
};

const AT_STOP = { keep: 'positions stay, with their stops on the exchange', close: 'everything is sold' } as const;

/** The banner; `url` is where the desk is served, `null` where it is not. */
export function describePlan(plan: TradePlan, url: string | null): string {
  const { trading, endpoints, dataDir } = plan;
  const { config, hash } = plan.resolved;
  const { execution, discovery } = config;
  const percent = (share: number): string => `${Number((share * 100).toFixed(4))} %`;
  const head = `Hotwick ${packageVersion()}: the hot-coin system\n`;
  return [
    head,
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
      ['at a stop', AT_STOP[execution.on_shutdown]],
      ['blacklist', discovery.blacklist.length === 0 ? 'empty' : discovery.blacklist.join(', ')],
      ['settings', `hash ${hash}`],
      ['data', dataDir],
      ['desk', url ?? 'not served'],
    ]),
  ].join('\n');
}
