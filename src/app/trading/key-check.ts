/**
 * What a key may do is looked at before money is traded with it: one that can take money out of the account is refused,
 * because trading does not need it and whoever steals it could.
 */
import { openBinance } from '../../adapters/binance/binance-access.ts';
import type { BinanceEndpoints } from '../../adapters/binance/endpoints.ts';
import type { ApiCredentials } from '../../adapters/binance/trading/credentials.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { AccountPermissions } from '../../model/balance.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';

/** Whose key it is and where it is asked about. */
export type KeyCheck = {
  readonly credentials: ApiCredentials;
  readonly endpoints: Partial<BinanceEndpoints>;
  readonly clock: Clock;
  readonly onWarning: (reason: string) => void;
};

/** Asks the exchange; fails with `key_unsuitable` where the key must not be used, and with what the exchange said. */
export async function checkKey({ credentials, endpoints, clock, onWarning }: KeyCheck): Promise<Result<void, Failure>> {
  const access = openBinance({
    clock,
    wallClock: clock,
    random: createSeededRandom(1, 'key'),
    endpoints,
    onFault: (fault) => onWarning(`${fault.code}: ${fault.message}`),
  });
  const account = access.openVenue(credentials);
  try {
    const answer = await account.fetchPermissions();
    return answer.ok ? judgePermissions(answer.value, onWarning) : answer;
  } finally {
    await account.close();
    await access.close();
  }
}

/** Whether a key with these permissions may trade; a key for every address is worth a warning. */
export function judgePermissions(
  { canTrade, canWithdraw, isIpRestricted }: AccountPermissions,
  onWarning: (reason: string) => void,
): Result<void, Failure> {
  if (canWithdraw) return err(failure('key_unsuitable', { reason: 'it may withdraw' }));
  if (!canTrade) return err(failure('key_unsuitable', { reason: 'it may not trade on spot' }));
  if (isIpRestricted === false) onWarning('the API key works from every address; restrict it to this one');
  return ok(undefined);
}
