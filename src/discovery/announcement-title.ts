/**
 * What an announcement's title says. In comes foreign text in English or Chinese, out goes which assets are to be
 * listed or delisted for spot trading, and how sure that is. Text is read, never trusted: it has a bounded length, no
 * control characters, and whatever it names must still be known to the exchange. Written for R2-4: the asset is what
 * stands in parentheses, not the first word behind "will list".
 */

/** What a title means for spot trading. `sure` names assets in parentheses or whole pairs; `guess` a bare word. */
export type TitleReading = {
  readonly kind: 'listing' | 'delisting' | 'other';
  readonly confidence: 'sure' | 'guess';
  /** Base assets in order, each once. */
  readonly bases: readonly string[];
  /** Why it is `other`. */
  readonly reason: string;
};

/** Titles are shorter; what is longer is none. */
export const TITLE_LENGTH_MAX = 400;
/** Assets taken of one title. */
const BASES_MAX = 40;

const LISTING = [
  /\bwill (?:list|add|open trading for|launch)\b/i,
  /\b(?:lists|adds)\b/i,
  /\bnew (?:listing|trading pairs?)\b/i,
  /\bopens? trading for\b/i,
  /(?:上市|上线|上架|新增|开放.{0,20}交易)/u,
];
const DELISTING = [
  /\b(?:delist(?:s|ing|ed)?|removal of spot|remov(?:e|es|al)\b.{0,40}\bspot trading pairs?|cease trading)\b/i,
  /(?:下架|下线|终止.{0,12}交易|移除.{0,20}现货)/u,
];
/** Products that are no spot listing. */
const OTHER_PRODUCTS = [
  /\b(?:futures|perpetuals?|contracts?|margin|options?|loans?|leveraged tokens?|vip)\b/i,
  /\b(?:earn|staking|savings|launchpool|launchpad|megadrop|airdrops?|convert|dual investment|liquid swap|farm(?:ing)?)\b/i,
  /\b(?:trading bots? only|competition|tournament|giveaway|promotion|vote|voting|nft|mystery box|binance alpha|pre-market)\b/i,
  /\b(?:will end|has ended|postpone(?:d|s|ment)?|cancel(?:led|s)?|completes?|network upgrade|hard fork|maintenance)\b/i,
  /\b(?:deposits?|withdrawals?|fiat|p2p|gift card|api|fee|wallet|mining pool)\b/i,
  /(?:合约|永续|杠杆|逐仓|全仓|期权|借贷|理财|赚币|质押|挖矿|新币挖矿|空投|闪兑|活动|大赛|竞赛|投票|充值|提现|充币|提币|升级|维护|推迟|取消|钱包|盘前)/u,
];

/** Words that look like assets in capital letters. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'THE FOR AND NEW WILL LIST LISTS LISTING ADD ADDS ALL HAS NOT ARE ITS WITH SPOT TRADE TRADES TRADING BINANCE USDT ' +
    'USDC FDUSD BUSD TUSD USD BTC ETH BNB TRY EUR BRL MARGIN FUTURES TOKEN TOKENS COIN COINS PAIR PAIRS MARKET OPEN ' +
    'UPDATE SEED TAG ZONE ALPHA PRICE INNOVATION NOTICE ON IN OF TO AT BY UTC APP API VIP NFT DEFI AI CEO FAQ US UK EU ' +
    'HODLER MEGADROP LAUNCHPOOL LAUNCHPAD IMPORTANT UPCOMING MORE SERVICES BOTS WORLD PREMIERE FAN DAO GOVERNANCE'
  ).split(' '),
);

/** Letters or digits of any script that has capitals, as the exchange's own names are written. */
const ASSET = String.raw`[\p{Lu}\p{Lo}\p{N}]{1,15}`;
const IN_PARENTHESES = new RegExp(String.raw`[(（]\s*\$?(${ASSET})\s*[)）]`, 'gu');
/** The name in front of an asset in parentheses, from the verb or separator on: a coin may be called Trust Wallet. */
const NAMED_ASSET = new RegExp(
  String.raw`(\blist\b|\badd\b|\blists\b|\badds\b|\btrading for\b|,|&|\band\b|、|和|与|及|上市|上线|上架|新增)` +
    String.raw`[^,&()（）、]{0,60}[(（]\s*\$?${ASSET}\s*[)）]`,
  'giu',
);
const WHOLE_PAIR = new RegExp(String.raw`(?<![\p{L}\p{N}])(${ASSET})\s?/\s?(USDT)(?![\p{L}\p{N}])`, 'gu');
const ANY_PAIR = new RegExp(String.raw`(?<![\p{L}\p{N}])${ASSET}\s?/\s?${ASSET}(?![\p{L}\p{N}])`, 'u');
const BARE_WORD = /(?<![\p{L}\p{N}/])([A-Z0-9]{2,10})(?![\p{L}\p{N}/])/gu;
const LISTED_WORDS = /(?<![\p{L}\p{N}/])([\p{Lu}\p{N}]{1,15})(?![\p{L}\p{N}/])/gu;

/** Reads a title. */
export function readTitle(text: string): TitleReading {
  if (text.length > TITLE_LENGTH_MAX) return other('longer than a title is');
  const title = plainText(text);
  if (DELISTING.some((pattern) => pattern.test(title))) return readDelisting(title);
  const around = title.replace(NAMED_ASSET, '$1 ');
  const product = OTHER_PRODUCTS.map((pattern) => pattern.exec(around)?.[0]).find((found) => found !== undefined);
  if (product !== undefined) return other(`about ${product}`);
  if (!LISTING.some((pattern) => pattern.test(title))) return other('no word of listing');
  const sure = unique([
    ...matchesOf(IN_PARENTHESES, title).filter((word) => !isDate(word)),
    ...matchesOf(WHOLE_PAIR, title),
  ]);
  if (sure.length > 0) return { kind: 'listing', confidence: 'sure', bases: sure, reason: '' };
  // Pairs of other quote assets are named and are none of ours; their assets must not be guessed from the rest.
  if (ANY_PAIR.test(title)) return other('no pair of USDT');
  const guessed = unique(matchesOf(BARE_WORD, title).filter((word) => isAsset(word) && !/^\d+$/.test(word)));
  if (guessed.length === 0) return other('names no asset');
  return { kind: 'listing', confidence: 'guess', bases: guessed, reason: '' };
}

/** A delisting names its assets bare, one after the other: "Binance Will Delist ABC, DEF on 2025-07-04". */
function readDelisting(title: string): TitleReading {
  if (/\b(?:futures|perpetuals?|contracts?|margin|loans?|options?)\b|合约|永续|杠杆|借贷/iu.test(title)) {
    return other('delisted elsewhere than on the spot market');
  }
  const words = title.replace(/\d{4}-\d{2}-\d{2}/g, ' ');
  const pairs = matchesOf(WHOLE_PAIR, words);
  if (pairs.length === 0 && ANY_PAIR.test(words)) return other('no pair of USDT');
  const named = pairs.length > 0 ? pairs : matchesOf(LISTED_WORDS, words).filter(isAsset);
  const bases = unique(named);
  if (bases.length === 0) return other('delists without a name');
  return { kind: 'delisting', confidence: 'sure', bases, reason: '' };
}

/** A bare word that may be an asset; in parentheses a coin may be called NOT. */
function isAsset(word: string): boolean {
  return !STOP_WORDS.has(word.toUpperCase()) && !isDate(word);
}

function isDate(word: string): boolean {
  return word === 'UTC' || /^(?:(?:19|20)\d{2}|\d{1,2})$/.test(word);
}

function matchesOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] as string);
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)].slice(0, BASES_MAX);
}

/** One line without control, direction and zero-width characters, or the tags of a page. */
export function plainText(text: string): string {
  return text
    .replace(/<[^<>]{0,200}>/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function other(reason: string): TitleReading {
  return { kind: 'other', confidence: 'sure', bases: [], reason };
}
