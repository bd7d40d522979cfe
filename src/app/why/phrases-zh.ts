/** The decision ledger in Chinese. */
import { chineseReason, chineseRule } from '../../client/reasons-zh.ts';
import type { WhyPhrases } from './why-phrases.ts';

function told(text: string | null, put: (text: string) => string): string {
  return text === null || text === '' ? '' : put(text);
}

const FATES: Readonly<Record<string, string>> = {
  underWay: '订单进行中',
  filled: '订单已成交',
  partial: '订单部分成交',
};

const EXITS: Readonly<Record<string, string>> = {
  stop: '价格触及止损',
  blackSwan: '价格急跌',
  takeProfit: '涨幅达到止盈档',
  trailing: '自最高涨幅回吐过多',
  time: '持有已达最长时间',
  heatDecay: '该币已离开候选池',
  sellSignal: '信号为 SELL',
  coinLoss: '该币亏损占本金过多（L2）',
  drawdown: '权益自最高点回撤过大（L5）',
  emergency: '已紧急全部平仓',
  operator: '操作员平仓',
  shutdown: '交易程序停止',
  dust: '剩余过少，不再保留',
};

/** Chinese. */
export const CHINESE: WhyPhrases = {
  at: (moment) => `于 ${moment} `,
  during: (from, to, rounds) => `自 ${from} 至 ${to}（${rounds} 轮）`,
  noRule: '没有记录原因',
  refused: (symbol, span, why) => `${symbol} ${span}未买入：${why}。`,
  refusal: (rule, text, numbers) =>
    `${chineseRule(rule, text)}（规则“${rule}”${numbers.map((each) => `，${each}`).join('')}）`,
  saw: (value) => `实际 ${chineseReason(value)}`,
  limit: (value) => `限值 ${value}`,
  numbers: (numbers) => `（${numbers.join('，')}）`,
  decided: ({ symbol, span, price, stop, fate, positionId }) =>
    [
      `${symbol} ${span}决定买入`,
      told(price, (at) => `，价格 ${at}`),
      told(stop, (distance) => `，止损低 ${distance}`),
      told(fate, (became) => `：${became}`),
      told(positionId, (id) => `（仓位 ${id}）`),
      '。',
    ].join(''),
  sold: ({ symbol, span, price, why, tries, fate }) =>
    [
      `${symbol} ${span}卖出`,
      told(price, (at) => `，价格 ${at}`),
      `：${why}`,
      tries === 1 ? '' : `，共尝试 ${tries} 次`,
      told(fate, (became) => `；${became}`),
      '。',
    ].join(''),
  fate: (kind, side) => FATES[kind] ?? (side === 'buy' ? '订单没有买到' : '订单没有卖出'),
  fateRefused: (code, reason) => `没有下单：${chineseRule(code, reason)}（${code}）`,
  exits: EXITS,
  tiers: (text) => text.replace('tiers', '档').replace(' and ', '、'),
  minutes: (count) => `${count} 分钟`,
  noSize: '没有计算金额。',
  size: (amount, steps, caps) => `金额 ${amount}：${steps}${caps}。`,
  sizeLeft: (amount) => `总敞口还剩 ${amount}`,
  sizeSteps: (slot, heat, liquidity) => `每个空位 ${slot}，按热度 ${heat}，按流动性 ${liquidity}`,
  sizeCaps: (caps, bound) => `；上限：${caps}；${bound === null ? '没有触及上限' : `受“${bound}”限制`}`,
  sizeNames: {
    remaining: '总敞口余额',
    single: '单币上限',
    cash: '现金',
    risk: '止损可亏金额',
    hourVolume: '最近一小时成交额占比',
    exitDepth: '价格附近买盘可接回的金额',
  },
  listComma: '，',
  heat: (heat, source, parts) =>
    `热度 ${heat}${told(source, (from) => `，来源：${from}`)}${parts.length === 0 ? '' : `；${parts.join('，')}`}。`,
  components: {
    announcement: '公告',
    social: '社交',
    sentiment: '情绪',
    momentum: '动量',
    liquidity: '流动性',
    riskPenalty: '风险扣分',
  },
  sources: { momentum: '动量', listing: '上新', social: '社交', mixed: '多种', unknown: '未知' },
  signal: ({ action, strength, confidence, reason, frames }) =>
    `信号 ${action}，强度 ${strength}，置信度 ${confidence}：${chineseReason(reason)}。${frames.join('；')}。`,
  frameSkipped: (timeframe, reason) => `${timeframe} 不参与：${chineseReason(reason)}`,
  frame: (timeframe, { buy, sell }, most) =>
    `${timeframe} 买 ${buy} 卖 ${sell}${most.length === 0 ? '' : `（${most.join('，')}）`}`,
  point: (rule, side, points) => `${rule} ${side === 'buy' ? '买' : '卖'} ${points}`,
  after: (since, price, parts) =>
    `${since === 'sale' ? '卖出' : '此'}后价格${told(price, (from) => `（自 ${from} 起）`)}：${parts.join('；')}。`,
  horizons: { '15m': '15 分钟后', '1h': '1 小时后', '4h': '4 小时后' },
  notYet: (when) => `${when}尚未到`,
  notKnown: (when, reason) => `${when}未知${told(reason, (why) => `，${chineseReason(why)}`)}`,
  moved: (when, change, range) => `${when} ${change}${range === null ? '' : `（最高 ${range[0]}，最低 ${range[1]}）`}`,
  neverCandidate: (symbol, moment) =>
    `${symbol} ${told(moment, (at) => `在 ${at} 前后`)}不是候选币：没有异动、上新或提及使其入池，或时间过久已不保留。`,
  newestBefore: '此前最近的一次评判：',
  adopted: (symbol) => `没有 ${symbol} 买入原因的记录：仓位是接管的，或时间过久。`,
  stillHeld: '仍在持有。',
  notHeld: '未持有：没有买到，或其结束记录已不保留。',
  over: ({ when, legs, reason, net, dust }) =>
    `${when} 结束，共 ${legs} 次卖出，最后一次原因：${EXITS[reason] ?? reason}；净盈亏 ${net}${told(dust, (rest) => `，剩余零头 ${rest}`)}。`,
  order: ({ id, bought, state, error }) =>
    `订单 ${id} ${bought === null ? '没有买到' : `买入 ${bought[0]}，均价 ${bought[1]}`}（${chineseRule(state, state)}${told(error, (why) => `，${why}`)}）。`,
  leg: ({ leg, reason, when, quantity, exitPrice, decided, entryPrice, net, fees }) =>
    `第 ${leg} 次卖出（${EXITS[reason] ?? reason}），${when}：${quantity}，价格 ${exitPrice}${told(decided, (at) => `，决策价 ${at}`)}，买入价 ${entryPrice}；扣除手续费 ${fees[0]} 与 ${fees[1]} 后净盈亏 ${net}。`,
  nothingJudged: (from, to) => `${from} 至 ${to} 没有评判。`,
  summaryHead: (verdicts, from, to) => `${from} 至 ${to} 共 ${verdicts} 次买入评判；其后价格如何：`,
  summaryColumns: ['规则', '评判', '币数', '轮数'],
  summaryAfter: (horizon) => `${horizon}：已知、中位数、涨/跌`,
  summaryNotes: (move) => [
    `一次评判是一个币在同一条规则下未变的一段。涨跌按自评判价格起变动 ${move} 及以上计数。`,
    '这些只是计数：评判在时间与币种上重叠，并非独立样本。',
  ],
};
