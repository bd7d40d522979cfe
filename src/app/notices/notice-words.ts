/**
 * The words of notices in each language. `{name}` is filled from the facts of the event; what is filled in is text of
 * coins, numbers and codes, never markup.
 */

/** Kinds of notices. */
export type NoticeKind =
  | 'opened'
  | 'closed'
  | 'risk'
  | 'halt'
  | 'blocked'
  | 'ended'
  | 'tradeable'
  | 'unknownOrder'
  | 'mismatch'
  | 'naked'
  | 'capital'
  | 'capitalKept'
  | 'modelAlarm'
  | 'daily'
  | 'started'
  | 'stopped';

/** Languages there are words in. */
export type NoticeLanguage = 'en' | 'zh';

type Words = { readonly title: string; readonly text: string };

/** Title and text of each kind. */
export const NOTICE_WORDS: Readonly<Record<NoticeLanguage, Readonly<Record<NoticeKind, Words>>>> = {
  en: {
    opened: { title: 'Bought {coin}', text: '{quantity} at {price} ({mode}). Trace {trace}.' },
    closed: {
      title: 'Closed {coin}: {net} USDT net',
      text: '{legs} sale(s), the last for {reason}; bought at {price}; held {minutes} min ({mode}). Trace {trace}.',
    },
    risk: { title: 'Risk {layer}', text: '{what}' },
    halt: { title: 'HALTED: {layer}', text: '{what} Entries stay closed until somebody acknowledges.' },
    blocked: { title: 'Trading is {state}', text: '{reasons}. Exits go on.' },
    ended: { title: 'Trading ends', text: '{reasons}. Stops that rest on the exchange stay; nothing else is watched.' },
    tradeable: { title: 'Trading is open again', text: '{reasons}' },
    unknownOrder: {
      title: 'Order of {coin} in doubt',
      text: '{side} {order}: nobody knows whether it exists; the exchange is being asked, nothing is sent twice. {what}',
    },
    mismatch: { title: 'Records and exchange differ', text: '{what}' },
    naked: { title: 'Position without a stop', text: '{coin}, position {position}: {seconds} s so far.' },
    capital: { title: 'Capital {to} USDT', text: 'It was {from}; the difference is no gain and no loss ({mode}).' },
    capitalKept: {
      title: 'Capital stays {capital} USDT',
      text: 'For {wanted} more had to be paid out than there is cash ({cash}). Nothing is bought until a start can pay it out; exits go on ({mode}).',
    },
    modelAlarm: {
      title: 'Model {model} lost its order',
      text: '{task} {interval}: AUC {auc} over the newest {rows} predictions, {baseline} in its contract. {effect} Trading never acted on it.',
    },
    daily: {
      title: 'Day {day}: {net} USDT net',
      text: 'Equity {equity}, drawdown {drawdown}. {trades} position(s) closed, {wins} with a gain. Open: {open}.',
    },
    started: { title: 'Hotwick trades ({mode})', text: 'Capital {capital} USDT, settings {hash}.' },
    stopped: { title: 'Hotwick stopped', text: 'Positions held: {open}.' },
  },
  zh: {
    opened: { title: '买入 {coin}', text: '{quantity} @ {price}（{mode}）。追踪号 {trace}。' },
    closed: {
      title: '平仓 {coin}：净 {net} USDT',
      text: '{legs} 笔卖出，最后原因 {reason}；买入价 {price}；持有 {minutes} 分钟（{mode}）。追踪号 {trace}。',
    },
    risk: { title: '风控 {layer}', text: '{what}' },
    halt: { title: '已熔断：{layer}', text: '{what} 在人工确认之前不再开仓。' },
    blocked: { title: '交易状态：{state}', text: '{reasons}。平仓照常进行。' },
    ended: { title: '交易结束', text: '{reasons}。交易所上的止损单保留；其余不再监控。' },
    tradeable: { title: '交易已恢复', text: '{reasons}' },
    unknownOrder: { title: '{coin} 订单状态未知', text: '{side} {order}：正在向交易所查询，不会重复下单。{what}' },
    mismatch: { title: '账目与交易所不一致', text: '{what}' },
    naked: { title: '仓位没有止损保护', text: '{coin}，仓位 {position}：已 {seconds} 秒。' },
    capital: { title: '本金变为 {to} USDT', text: '原为 {from}；差额不计入盈亏（{mode}）。' },
    capitalKept: {
      title: '本金仍为 {capital} USDT',
      text: '改为 {wanted} 需转出的金额超过现金（{cash}）。在某次启动能够转出之前不再开仓；平仓照常进行（{mode}）。',
    },
    modelAlarm: {
      title: '模型 {model} 的排序能力下降',
      text: '{task} {interval}：最近 {rows} 次预测的 AUC 为 {auc}，合约值为 {baseline}。{effect}交易从不依据它。',
    },
    daily: {
      title: '{day} 日报：净 {net} USDT',
      text: '权益 {equity}，回撤 {drawdown}。平仓 {trades} 个，盈利 {wins} 个。持仓：{open}。',
    },
    started: { title: 'Hotwick 开始交易（{mode}）', text: '本金 {capital} USDT，配置 {hash}。' },
    stopped: { title: 'Hotwick 已停止', text: '持仓：{open}。' },
  },
};

/** What an alarm over a model led to. */
export const ALARM_EFFECTS: Readonly<Record<NoticeLanguage, Readonly<Record<'taken back' | 'none', string>>>> = {
  en: { 'taken back': 'Its approval is taken back.', none: 'It had no approval.' },
  zh: { 'taken back': '其批准已撤回。', none: '它没有获得批准。' },
};

/** A template with its places filled; a place without a fact stays, so that it is seen. */
export function fillWords(template: string, facts: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole);
}
