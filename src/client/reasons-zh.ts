/**
 * Reasons that the stages write down in English, in Chinese: rules by their name, sentences with numbers by their form.
 * What is not known here is shown as it was written, so that nothing is lost.
 */

/** Rules, gates, codes of refused orders and states of orders. */
const RULES: Readonly<Record<string, string>> = {
  strength: '信号太弱',
  confirmation: '确认周期不支持该方向',
  heat: '热度不足',
  price: '价格缺失或过时（毫秒）',
  spread: '价差过大或订单簿未知',
  depth: '价格 1 % 以内的买盘不足',
  size: '可用金额低于最小开仓金额',
  positions: '没有空位',
  'engine state': '引擎不可交易',
  'L5 drawdown halt': '回撤停机，停止开仓',
  'L4 day loss': '自 UTC 00:00 起的亏损已达上限',
  'L3 sector': '该板块将超过上限',
  'one position a coin': '已持有或正在买入',
  'single share': '金额超出单币上限',
  'total share': '全部持仓将超过上限',
  'pool:cooling': '亏损后冷却中，到此时间为止',
  'pool:heat': '热度不足以受关注',
  'pool:capacity': '更热的币已占满位置',
  'pool:rank': '不在最热的若干名之内',
  'filter:stable': '稳定币，已排除',
  'filter:blacklist': '在黑名单中',
  'filter:leveraged': '杠杆代币',
  'filter:notTradable': '交易所不可交易',
  'filter:delisting': '即将下架',
  'filter:liquidity': '24 小时成交额不足',
  'filter:fomo': '24 小时涨幅已过大',
  'filter:cooling': '冷却中',
  'filter:socialAlone': '仅有社交讨论',
  'filter:bookUnknown': '订单簿未知',
  'filter:spread': '价差过大',
  'filter:depth': '1 % 以内的深度不足',
  DEDUP_REJECTED: '重复的订单',
  ENTRIES_CLOSED: '开仓已关闭',
  RULES_STALE: '交易规则已过时',
  RULES_UNKNOWN: '交易规则未知',
  PRICE_INVALID: '价格无效',
  INTENT_INVALID: '请求无效',
  POSITION_UNKNOWN: '仓位未知',
  EXITS_FULL: '卖出请求过多',
  new: '已接受',
  sent: '已发送',
  filled: '全部成交',
  canceled: '已撤销',
  expired: '已过期',
  rejected: '被拒绝',
  unknown: '结果未知',
  partiallyFilled: '部分成交',
};

const DIRECTIONS: Readonly<Record<string, string>> = { long: '做多', short: '做空', hold: '观望' };

type Form = readonly [form: RegExp, say: (...parts: readonly string[]) => string];

/** Forms of sentences; each part of a reason is one of them. */
const FORMS: readonly Form[] = [
  [/^(.+) agree: (long|short)$/, (names = '', way = '') => `${names} 一致${DIRECTIONS[way]}`],
  [
    /^(.+) follow the large timeframes: (long|short)$/,
    (names = '', way = '') => `${names} 跟随大周期${DIRECTIONS[way]}`,
  ],
  [/^(.+) contradict the large timeframes$/, (names = '') => `${names} 与大周期相反`],
  [/^(.+) outweigh the rest, the large timeframes hold$/, (names = '') => `${names} 占优，大周期观望`],
  [/^(.+) outweigh the rest: (long|short)$/, (names = '', way = '') => `${names} 占优，${DIRECTIONS[way]}`],
  [
    /^only (.+): (long|short), the large timeframes hold$/,
    (names = '', way = '') => `仅 ${names} ${DIRECTIONS[way]}，大周期观望`,
  ],
  [/^no timeframe has enough candles$/, () => '没有周期有足够的 K 线'],
  [/^too little of the timeframes is there$/, () => '可用的周期太少'],
  [/^the timeframes disagree$/, () => '各周期意见不一'],
  [/^no direction$/, () => '没有方向'],
  [/^drawdown (.+) of (.+)$/, (seen = '', limit = '') => `回撤 ${seen}，上限 ${limit}`],
  [/^all is sold, entries halt until (.+)$/, (moment = '') => `全部卖出，停止开仓至 ${moment}`],
  [/^(.+) costs too much of the capital$/, (name = '') => `${name} 亏损占本金过多`],
  [/^stopped$/, () => '已停止'],
  [/^timeout >(\d+)s$/, (seconds = '') => `超过 ${seconds} 秒`],
  [/^overtaken by cycle (.+)$/, (cycle = '') => `被轮次 ${cycle} 取代`],
  [/^(\S+) history: (.+)$/, (timeframe = '', reason = '') => `${timeframe} 历史：${reason}`],
  [
    /^(?:(\d+\w) )?(\d+) of (\d+) candles(?:: (.+))?$/,
    (...[timeframe = '', have = '', least = '', rest = '']) =>
      `${timeframe === '' ? '' : `${timeframe} `}K 线 ${have}/${least}${rest === '' ? '' : `：${chineseReason(rest)}`}`,
  ],
  [
    /^(?:(\d+\w) )?the newest candle ends at (.+)$/,
    (timeframe = '', moment = '') => `${timeframe === '' ? '' : `${timeframe} `}最新 K 线止于 ${moment}`,
  ],
  [/^candles are missing from (.+) to (.+)$/, (from = '', to = '') => `缺少 ${from} 至 ${to} 的 K 线`],
  [/^candle of (.+) refused: (.+)$/, (moment = '', why = '') => `${moment} 的 K 线被拒：${why}`],
  [/^trading did not run to look at it$/, () => '当时交易程序未运行'],
  [/^its price was not followed at that time$/, () => '当时未跟踪其价格'],
  [/^no price was known at the verdict$/, () => '评判时价格未知'],
  [/^too many prices were to be looked at$/, () => '需跟踪的价格过多'],
];

/** A reason of several parts, each in Chinese where its form is known. */
export function chineseReason(reason: string): string {
  return reason.split('; ').map(chinesePart).join('；');
}

function chinesePart(part: string): string {
  for (const [form, say] of FORMS) {
    const found = form.exec(part);
    if (found !== null) return say(...found.slice(1).map((each) => each ?? ''));
  }
  return part;
}

/** What a rule means; `text` in its English words says more where the rule alone says nothing. */
export function chineseRule(rule: string, text: string): string {
  return RULES[rule] ?? chineseReason(text);
}
