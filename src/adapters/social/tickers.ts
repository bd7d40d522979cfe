/**
 * Which coins a post names: cashtags and hashtags in capital letters. Whether such a coin exists is for others to say.
 */

/** Coins of one post at most; whoever names more is listing, not speaking. */
const TICKERS_MAX = 10;
/** Words that look like coins, and coins that are named whatever is meant. */
const STOP_WORDS: ReadonlySet<string> = new Set([
  ...['THE', 'FOR', 'AND', 'NOT', 'BUT', 'ALL', 'NEW', 'TOP', 'USD', 'USDT', 'USDC', 'EUR', 'ETH', 'BTC', 'CRYPTO'],
  ...['NFT', 'DEFI', 'WEB3', 'ATH', 'CEO', 'SEC', 'ETF', 'FOMO', 'HODL', 'BINANCE'],
]);
/** Chinese stands right beside a tag, so only letters of names end one. */
const TAG = /(?<![A-Za-z0-9_$#])[$#]([A-Z0-9]{2,14})(?![A-Za-z0-9_])/g;
const TICKER = /^(?=.*[A-Z])[A-Z0-9]{2,10}$/;

/** Base assets named in `text` and by `tags` (without their sign), in order, each once. */
export function readTickers(text: string, tags: readonly string[]): readonly string[] {
  const named = [...text.matchAll(TAG)].map(([, tag = '']) => tag);
  const found = new Set<string>();
  for (const tag of [...named, ...tags]) {
    const ticker = toTicker(tag);
    if (ticker !== null) found.add(ticker);
    if (found.size === TICKERS_MAX) break;
  }
  return [...found];
}

function toTicker(tag: string): string | null {
  const base = tag.length > 5 && tag.endsWith('USDT') ? tag.slice(0, -4) : tag;
  return TICKER.test(base) && !STOP_WORDS.has(base) ? base : null;
}
