/**
 * Answers from a running desk over HTTP, with a token that may only read.
 */
import { request } from 'undici';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { AssistantSource, CandlesWanted, WhyWanted } from './assistant-source.ts';

/** Where the desk is and what lets us in; without a token only an open desk answers. */
export type DeskAddress = { readonly url: string; readonly token: string | null };

const ANSWER_MS = 15_000;
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const DAY_MINUTES = 1_440;
const DAYS_MAX = 30;
const MINUTES: Readonly<Record<string, number>> = {
  '1m': 1,
  '5m': 5,
  '15m': 15,
  '1h': 60,
  '4h': 240,
  '1d': DAY_MINUTES,
};

/** A source that asks the desk. */
export function createDeskSource(address: DeskAddress): AssistantSource {
  const ask = (path: string) => askDesk(address, path);
  return {
    status: () => ask('/hotcoin/api/status'),
    candidates: () => ask('/hotcoin/api/pool'),
    positions: () => ask('/hotcoin/api/positions'),
    trades: (limit) => ask(`/hotcoin/api/trades?limit=${limit}`),
    why: (wanted) => ask(`/hotcoin/api/why?${whyQueryOf(wanted)}`),
    candles: (wanted) => ask(`/hotcoin/api/chart?${chartQueryOf(wanted)}`),
  };
}

function whyQueryOf(wanted: WhyWanted): URLSearchParams {
  if (wanted.about === 'trade') return new URLSearchParams({ trade: wanted.id });
  if (wanted.about === 'everything') return new URLSearchParams({ from: String(wanted.from) });
  const { symbol, time } = wanted;
  return new URLSearchParams({ symbol, ...(time === null ? {} : { time: String(time) }) });
}

function chartQueryOf({ symbol, interval, limit }: CandlesWanted): URLSearchParams {
  const days = Math.min(DAYS_MAX, Math.ceil((limit * (MINUTES[interval] ?? 1)) / DAY_MINUTES) + 1);
  return new URLSearchParams({ symbol, interval, days: String(days), bars_limit: '2000' });
}

async function askDesk({ url, token }: DeskAddress, path: string): Promise<Result<unknown, Failure>> {
  const refuse = (reason: string) => err(failure('desk_not_answering', { url, reason }));
  try {
    const answer = await request(`${url}${path}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
    const text = await readBounded(answer.body);
    if (text === null) return refuse(`more than ${ANSWER_BYTES_MAX} bytes`);
    if (answer.statusCode !== 200) return refuse(`${answer.statusCode} ${text.slice(0, 200)}`);
    return ok(JSON.parse(text) as unknown);
  } catch (error) {
    return refuse(toReason(error));
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > ANSWER_BYTES_MAX) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
