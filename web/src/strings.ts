/**
 * Every sentence the page shows, in English and Chinese. Errors say what to do next.
 */

import type { AgeUnit } from './format.ts';
import { SHELL_EN, SHELL_ZH } from './shell-strings.ts';
import { STRUCTURE_EN, STRUCTURE_ZH } from './structure-strings.ts';

/** The languages of the page. */
export type Language = 'en' | 'zh';

const EN_UNITS = { second: 's', minute: 'min', hour: 'h', day: 'd' } as const;
const ZH_UNITS = { second: '秒', minute: '分钟', hour: '小时', day: '天' } as const;

const en = {
  ...STRUCTURE_EN,
  ...SHELL_EN,
  title: 'Hotwick',
  languageName: 'English',
  switchLanguage: 'Switch to English',
  market: { futures: 'Perp', spot: 'Spot' },
  marketHint: { futures: 'Perpetual futures', spot: 'Spot' },
  instrument: 'Instrument',
  timeframes: 'Timeframe',
  timeframeHint: (timeframe: string, key: number) => `${timeframe} candles (key ${key})`,
  chart: (series: string) => `Candlestick chart of ${series}`,
  lastPrice: 'Last price',
  open: 'O',
  high: 'H',
  low: 'L',
  close: 'C',
  volume: 'Vol',
  forming: 'forming',
  closed: 'closed',
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  reconnectingIn: (seconds: number) => `Reconnecting in ${seconds} s`,
  offline: 'Offline',
  offlineIn: (seconds: number) => `Offline, retry in ${seconds} s`,
  retryNow: 'Retry now',
  connection: 'Connection',
  dataAge: 'Data age',
  noData: 'no data yet',
  ago: (count: number, unit: AgeUnit) => `${count} ${EN_UNITS[unit]} old`,
  demo: (speed: number) => (speed === 1 ? 'Demo' : `Demo ×${speed}`),
  demoHint: 'A simulated market. Its time passes faster than yours; ages and countdowns are in market time.',
  closesIn: 'Closes in',
  candles: 'Candles',
  closedLive: 'Closed live',
  marketTime: 'UTC',
  goToNow: 'Go to now',
  dismiss: 'Dismiss',
  loading: 'Loading candles…',
  loadingSlow: 'The server is taking long to answer. The chart appears as soon as it does.',
  backfillingTitle: 'No candles yet',
  backfilling: (timeframe: string) =>
    `The server has not stored a ${timeframe} candle. The first one appears here by itself; nothing needs to be reloaded.`,
  backfillingHint:
    'Longer timeframes need TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES=1 and at least one whole candle of minutes.',
  unreachableTitle: 'The server does not answer',
  unreachable: 'Check that Hotwick is running (hotwick demo or hotwick up). The page keeps trying by itself.',
  refusedTitle: 'The server refused this series',
  refused: (detail: string) => `It said: “${detail}”. Choose another timeframe, or correct ?series= in the address.`,
  filled: (count: number) => `Filled ${count} ${count === 1 ? 'candle' : 'candles'} that the stream had missed.`,
  missing: (count: number) =>
    `${count} ${count === 1 ? 'candle is' : 'candles are'} missing on the server too. Do not trust patterns across this hole.`,
  capacity: 'The server follows as many series as it may. Close another chart or raise TRADE_CANVAS_ONDEMAND_MAX_JOBS.',
  serverError: (detail: string) =>
    `The server reported a problem: “${detail}”. Reload the page if the chart stands still.`,
};

/** The sentences of one language. */
export type Strings = typeof en;

const zh: Strings = {
  ...STRUCTURE_ZH,
  ...SHELL_ZH,
  title: 'Hotwick',
  languageName: '中文',
  switchLanguage: '切换到中文',
  market: { futures: '永续', spot: '现货' },
  marketHint: { futures: '永续合约', spot: '现货' },
  instrument: '交易对',
  timeframes: '周期',
  timeframeHint: (timeframe, key) => `${timeframe} K 线（按键 ${key}）`,
  chart: (series) => `${series} K 线图`,
  lastPrice: '最新价',
  open: '开',
  high: '高',
  low: '低',
  close: '收',
  volume: '量',
  forming: '形成中',
  closed: '已收盘',
  connecting: '连接中',
  live: '实时',
  reconnecting: '重新连接中',
  reconnectingIn: (seconds) => `${seconds} 秒后重连`,
  offline: '离线',
  offlineIn: (seconds) => `离线，${seconds} 秒后重试`,
  retryNow: '立即重试',
  connection: '连接状态',
  dataAge: '数据延迟',
  noData: '暂无数据',
  ago: (count, unit) => `${count} ${ZH_UNITS[unit]}前`,
  demo: (speed) => (speed === 1 ? '演示' : `演示 ×${speed}`),
  demoHint: '模拟行情。市场时间比真实时间快；数据延迟和倒计时均按市场时间计算。',
  closesIn: '距收盘',
  candles: 'K 线数',
  closedLive: '实时收盘',
  marketTime: 'UTC',
  goToNow: '回到最新',
  dismiss: '关闭',
  loading: '正在加载 K 线…',
  loadingSlow: '服务器响应较慢，收到数据后图表会自动显示。',
  backfillingTitle: '暂无 K 线',
  backfilling: (timeframe) => `服务器尚未存有 ${timeframe} K 线。第一根出现后会自动显示，无需刷新。`,
  backfillingHint: '更长周期需要设置 TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES=1，且至少有一根完整 K 线的分钟数据。',
  unreachableTitle: '服务器没有响应',
  unreachable: '请确认 Hotwick 正在运行（hotwick demo 或 hotwick up）。页面会自动重试。',
  refusedTitle: '服务器拒绝了该序列',
  refused: (detail) => `服务器返回：“${detail}”。请选择其他周期，或更正地址中的 ?series=。`,
  filled: (count) => `已补齐数据流遗漏的 ${count} 根 K 线。`,
  missing: (count) => `服务器同样缺少 ${count} 根 K 线，请勿依据跨越该缺口的形态交易。`,
  capacity: '服务器跟踪的序列已达上限。请关闭其他图表，或提高 TRADE_CANVAS_ONDEMAND_MAX_JOBS。',
  serverError: (detail) => `服务器报告问题：“${detail}”。若图表停止更新，请刷新页面。`,
};

/** The page's sentences by language. */
export const STRINGS: Readonly<Record<Language, Strings>> = { en, zh };

/** The language to begin with: the stored choice, else Chinese for a Chinese browser, else English. */
export function firstLanguage(stored: string | null, browser: string): Language {
  if (stored === 'en' || stored === 'zh') return stored;
  return browser.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
