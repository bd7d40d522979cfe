/**
 * Words of this market that a general lexicon does not know or takes otherwise, with their valence on VADER's scale of
 * -4..4. Chinese words are found inside sentences, English ones as whole words.
 */

/** English words, lower case, with their inflections. */
export const ENGLISH_WORDS: Readonly<Record<string, number>> = {
  ...valued(
    2.2,
    'moon mooning bullish rally rallies rallying breakout breakouts listing listed listings airdrop airdrops',
  ),
  ...valued(1.8, 'pump pumping pumped burn burns partnership partnerships mainnet adoption halving upgrade accumulate'),
  ...valued(
    1.6,
    'accumulating undervalued gem uptrend outperform outperforms rebound rebounds surge surges surging ath',
  ),
  ...valued(
    -2.2,
    'dump dumping dumped dumps bearish crash crashed crashing plunge plunges plunged liquidation liquidated',
  ),
  ...valued(-2.8, 'scam scams scammer rug rugged rugpull hack hacked exploit exploited drained fraud ponzi honeypot'),
  ...valued(
    -2.2,
    'delist delisted delisting delists lawsuit insolvent insolvency bankrupt bankruptcy halted depeg depegged',
  ),
  ...valued(-1.6, 'overvalued downtrend selloff capitulation fud breakdown unlock unlocks'),
};

/** Chinese words. */
export const CHINESE_WORDS: Readonly<Record<string, number>> = {
  ...valued(2.2, '暴涨 大涨 起飞 拉升 突破 利好 看涨 看多 牛市 上涨 飙升 上线 空投 销毁 合作 主网'),
  ...valued(-2.2, '暴跌 大跌 下跌 砸盘 利空 看跌 看空 熊市 崩盘 爆仓 跳水 做空'),
  ...valued(-2.8, '骗局 诈骗 跑路 黑客 被盗 归零 下架 退市 割韭菜 传销'),
};

/** Words that turn the meaning of what follows. */
export const ENGLISH_NEGATIONS: ReadonlySet<string> = new Set(
  "no not never none nothing without isn't isnt wasn't wasnt aren't arent won't wont don't dont doesn't doesnt didn't didnt can't cant cannot ain't aint stop stopped".split(
    ' ',
  ),
);

/** The same in Chinese, right before a word. */
export const CHINESE_NEGATIONS: readonly string[] = ['不是', '没有', '并非', '不会', '不', '没', '非', '未', '别'];

/** Words that say that nothing is certain. */
export const ENGLISH_HEDGES: ReadonlySet<string> = new Set(
  'rumor rumors rumour rumours maybe unconfirmed alleged allegedly might perhaps possibly reportedly'.split(' '),
);

/** The same in Chinese. */
export const CHINESE_HEDGES: readonly string[] = ['传闻', '可能', '据称', '未证实', '据说', '或许'];

function valued(valence: number, words: string): Readonly<Record<string, number>> {
  return Object.fromEntries(words.split(' ').map((word) => [word, valence]));
}
