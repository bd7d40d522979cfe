/**
 * Words for the fields of events and for what stands in them. English has the engine's own.
 */
import { chineseReason } from '../../src/client/reasons-zh.ts';
import { gateText, WORDS_ZH } from './word-strings.ts';

/** The words of one language. */
export type EventWords = {
  readonly eventFields: Readonly<Record<string, string>>;
  readonly eventValues: Readonly<Record<string, string>>;
  /** Whether sentences of the engine are in this language. */
  readonly eventSentences: 'own' | 'foreign';
  /** A reason of the engine; as it was written where it is not known. */
  readonly sayReason: (reason: string) => string;
};

/** English. */
export const EVENT_EN: EventWords = {
  eventFields: {},
  eventValues: {},
  eventSentences: 'own',
  sayReason: (reason) => reason,
};

/** Chinese. */
export const EVENT_ZH: EventWords = {
  eventFields: {
    side: '方向',
    intent: '用途',
    outcome: '结果',
    rule: '规则',
    from: '自',
    to: '至',
    state: '状态',
    engine_state: '引擎',
    layer: '风控',
    protection: '保护单',
    status: '状态',
    reason: '原因',
    text: '说明',
    strength: '强度',
    heat: '热度',
    executed_qty: '成交数量',
    executed_price: '成交均价',
    quote_amount: '金额',
    qty: '数量',
    price: '价格',
    stop_price: '止损价',
    pnl_net: '净盈亏',
    error: '错误',
  },
  eventValues: {
    BUY: '买入',
    SELL: '卖出',
    open: '开仓',
    close: '平仓',
    partial_close: '部分平仓',
    protect: '保护',
    approved: '批准',
    refused: '拒绝',
    sent: '已发送',
    new: '已接受',
    accepted: '已接受',
    partial: '部分成交',
    partiallyFilled: '部分成交',
    filled: '全部成交',
    cancelled: '已撤销',
    expired: '已过期',
    rejected: '被拒',
    precheck: '下单前检查',
    resting: '已挂在交易所',
    placing: '正在挂单',
    none: '没有',
    ...WORDS_ZH.engineState,
    ...WORDS_ZH.poolStatus,
    ...WORDS_ZH.poolSource,
    ...WORDS_ZH.exits,
    ...WORDS_ZH.layers,
    emergency: '紧急平仓',
  },
  eventSentences: 'foreign',
  sayReason: chineseReason,
};

/** Three words with blanks between them, the last two small, are a sentence of the engine. */
const SENTENCE = /[A-Za-z]{2,}\s+[a-z]{2,}([\s,.;:]|$)/;

/** What stands for a value; `null` for a sentence of a language that the page does not show. */
export function valueWord(value: string | number, { eventValues, eventSentences }: EventWords): string | number | null {
  if (typeof value === 'number' || eventSentences === 'own') return value;
  const word = eventValues[value] ?? gateText(WORDS_ZH.gates, value);
  return word === value ? sentenceWord(value) : word;
}

function sentenceWord(value: string): string | null {
  const said = chineseReason(value);
  return SENTENCE.test(said) ? null : said;
}
