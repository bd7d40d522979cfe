/**
 * The sentences of the panels around the chart and of the replay, in English and Chinese.
 */

import type { Known } from './replay-wire.ts';

/** English. */
export const SHELL_EN = {
  marketChoice: 'Market',
  panels: 'Panels beside the chart',
  bottomPanels: 'Panels under the chart',
  sidebar: {
    market: 'Market',
    strategy: 'Strategy',
    indicators: 'Layers',
    replay: 'Replay',
    debug: 'Debug',
  },
  strategyAbout:
    'This page draws no strategy. Strategies trade in their own program: hotwick trade, and hotwick signals SYMBOL says what its books think of a coin.',
  marketsStatus: {
    loading: 'Reading the markets with the largest volume…',
    lost: 'The list can not be read from the exchange now. What is shown may be old; it comes back by itself.',
  },
  debugStatus: {
    connecting: 'Connecting to the events of the server…',
    refused: 'The server does not offer its events. Set TRADE_CANVAS_ENABLE_DEBUG_API=1 and restart it.',
  },
  debugPipe: 'Kind of event',
  debugAll: 'all',
  debugSearch: 'Search events',
  debugNone: 'No event matches.',
  storedCandles: (count: number) => `${count.toLocaleString('en-US')} candles stored`,
  storedGaps: (count: number) => (count === 0 ? 'no gap' : count === 1 ? '1 gap' : `${count} gaps`),
  missingCandles: (count: number) => `${count} missing`,
  bottom: { ledger: 'Ledger', signals: 'Signals', logs: 'Logs', orders: 'Orders', backtest: 'Backtest' },
  bottomAbout: {
    signals:
      'No signals on this page yet. hotwick signals SYMBOL computes them, and /hotcoin/api/signals answers them.',
    logs: 'No log on this page yet. What happens inside the server is in the panel Debug; the log itself is where the server was started.',
    orders: 'This page sends no orders and shows none. Trading runs in its own program: hotwick trade.',
  },
  ledger: { store: 'Candles up to', factor: 'Factors up to', overlay: 'Drawings up to' },
  backtest: {
    asking: 'Asking what this server can test…',
    strategy: 'Strategy',
    noStrategy: 'no strategy',
    timerange: 'Time range, days from and to',
    run: 'Run backtest',
    running: 'Running…',
    notAvailable: (mode: string) => `${mode}: this server has no strategy that it could test.`,
  },
  position: { entry: 'Entry', target: 'Target', stop: 'Stop' },
  replayAbout:
    'A replay hides the future and walks through past candles with the structure that was known at each of them.',
  building: (percent: number) => `Building the replay: ${percent} %`,
  knownChoice: 'Which past',
  known: (known: Known): string => (known === 'now' ? 'As corrected now' : 'As known then'),
  knownHint: (known: Known): string =>
    known === 'now'
      ? 'Candles as they are stored now, corrections and late ones included (key N)'
      : 'Candles as they were when the candle in focus was the newest; the walk ends there (key H)',
  asKnown: 'Candles and structure as they were known when the last candle of this walk was the newest.',
  replayFailure: {
    off: 'This server does not offer replays. Set TRADE_CANVAS_ENABLE_REPLAY_V1=1 and restart it.',
    noData: 'No candle is stored that could be replayed.',
    behind: 'The server is still computing the structure of this series. Try again in a moment.',
    busy: 'The server is building other replays. Try again in a moment.',
    failed: 'The server could not build this replay.',
    unreachable: 'The server does not answer.',
  },
};

/** Chinese. */
export const SHELL_ZH: typeof SHELL_EN = {
  marketChoice: '市场',
  panels: '图表旁的面板',
  bottomPanels: '图表下的面板',
  sidebar: { market: '行情', strategy: '策略', indicators: '图层', replay: '回放', debug: '调试' },
  strategyAbout:
    '本页不绘制策略。策略在独立程序中交易：hotwick trade；hotwick signals SYMBOL 可查看各策略对某币种的判断。',
  marketsStatus: {
    loading: '正在读取成交额最大的市场…',
    lost: '暂时无法从交易所读取列表，所示内容可能已过时；恢复后会自动更新。',
  },
  debugStatus: {
    connecting: '正在连接服务器事件…',
    refused: '该服务器未开放事件。请设置 TRADE_CANVAS_ENABLE_DEBUG_API=1 并重启。',
  },
  debugPipe: '事件类别',
  debugAll: '全部',
  debugSearch: '搜索事件',
  debugNone: '没有匹配的事件。',
  storedCandles: (count) => `已存 ${count.toLocaleString('en-US')} 根 K 线`,
  storedGaps: (count) => (count === 0 ? '无缺口' : `${count} 处缺口`),
  missingCandles: (count) => `缺 ${count} 根`,
  bottom: { ledger: '账本', signals: '信号', logs: '日志', orders: '订单', backtest: '回测' },
  bottomAbout: {
    signals: '本页尚不显示信号。可用 hotwick signals SYMBOL 计算，或访问 /hotcoin/api/signals。',
    logs: '本页尚不显示日志。服务器内部事件见“调试”面板；日志在启动服务器的终端中。',
    orders: '本页不发送订单，也不显示订单。交易在独立程序中运行：hotwick trade。',
  },
  ledger: { store: 'K 线截至', factor: '因子截至', overlay: '绘图截至' },
  backtest: {
    asking: '正在查询该服务器可回测的内容…',
    strategy: '策略',
    noStrategy: '无策略',
    timerange: '时间范围（起止日期）',
    run: '运行回测',
    running: '运行中…',
    notAvailable: (mode) => `${mode}：该服务器没有可回测的策略。`,
  },
  position: { entry: '入场', target: '止盈', stop: '止损' },
  replayAbout: '回放会隐藏未来，逐根回看历史 K 线，以及当时每根 K 线上已知的结构。',
  building: (percent) => `正在生成回放：${percent} %`,
  knownChoice: '回放哪一种历史',
  known: (known) => (known === 'now' ? '现在修正后' : '当时所知'),
  knownHint: (known) =>
    known === 'now'
      ? '按现在存储的 K 线，包含修正与迟到的数据（按键 N）'
      : '按所在 K 线为最新时的数据；回放到此为止（按键 H）',
  asKnown: 'K 线与结构均为本段回放最后一根 K 线刚收盘时所知的内容。',
  replayFailure: {
    off: '该服务器未开放回放。请设置 TRADE_CANVAS_ENABLE_REPLAY_V1=1 并重启。',
    noData: '没有可回放的 K 线。',
    behind: '服务器仍在计算该序列的结构，请稍后再试。',
    busy: '服务器正在生成其他回放，请稍后再试。',
    failed: '服务器未能生成该回放。',
    unreachable: '服务器没有响应。',
  },
};
