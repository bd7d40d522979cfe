/**
 * One POST of JSON to a channel, bounded in time and in what is read of the answer. Errors never name the address,
 * because the address of a channel is often its secret.
 */
import { request } from 'undici';

/** What is sent and where. */
export type JsonPost = {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

const ANSWER_BYTES_MAX = 64 * 1024;

/** The answer's text; throws `HTTP status` when the channel refused, `no answer: code` when it can not be reached. */
export async function postJson({ url, body, headers, timeoutMs }: JsonPost): Promise<string> {
  const answer = await send({ url, body, timeoutMs, headers: { 'content-type': 'application/json', ...headers } });
  const { statusCode } = answer;
  let text = '';
  for await (const chunk of answer.body.setEncoding('utf8')) {
    text += chunk;
    if (text.length > ANSWER_BYTES_MAX) throw new Error('the answer is too long');
  }
  if (statusCode < 200 || statusCode >= 300) throw new Error(`HTTP ${statusCode}`);
  return text;
}

async function send({ url, body, headers, timeoutMs }: JsonPost): ReturnType<typeof request> {
  try {
    const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    return await request(url, { method: 'POST', body, headers: { ...headers }, ...limits });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    throw new Error(`no answer: ${code}`, { cause: null });
  }
}
