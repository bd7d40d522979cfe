/**
 * What `hotwick trade` is about to do, made of the saved settings, the environment and the command line, before anything
 * of trading is opened. Whatever is unclear refuses the start.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BinanceEndpoints } from '../../adapters/binance/endpoints.ts';
import { type ApiCredentials, parseCredentials } from '../../adapters/binance/trading/credentials.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Config, HotCoinEnvironment, LogLevel, SocialConfig } from '../config.ts';
import type { HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import { type ResolvedConfig, resolveHotCoinConfig } from '../hotcoin/hotcoin-config.ts';
import type { PresetName } from '../hotcoin/presets.ts';
import { deriveTrading, type Trading } from '../hotcoin/trading-consent.ts';
import type { RecordingPlace } from '../recording/open-recording.ts';
import { FLIGHT_FOLDER } from '../service/service-discovery.ts';

/** What an operator may choose. */
export type TradeFlags = {
  readonly dataDir?: string;
  readonly config?: string;
  readonly preset?: PresetName;
  readonly confirmLive?: string;
  readonly restUrl?: string;
  readonly wsUrl?: string;
};

/** Where settings come from: read again while trading runs. */
export type SettingSource = () => Promise<Result<ResolvedConfig, Failure>>;

/** What is going to happen. */
export type TradePlan = {
  readonly resolved: ResolvedConfig;
  readonly trading: Trading;
  readonly credentials: ApiCredentials | null;
  readonly endpoints: Partial<BinanceEndpoints>;
  readonly social: SocialConfig;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Database of candidates: the one that HOTCOIN_DB_PATH names, else one beside the records. */
  readonly candidatesPath: string;
  /** Nothing is recorded where absent. */
  readonly recording?: RecordingPlace;
};

/** Directory of everything: saved settings lie in it, records of paper and of money below it. */
export function tradeHome(flags: TradeFlags, { home }: Pick<Config, 'home'>): string {
  return resolve(flags.dataDir ?? home);
}

/** The settings that the flags ask for: those of the file where one is named, else those that were saved. */
export function settingSource(
  flags: TradeFlags,
  editor: HotCoinConfigEditor,
  environment: HotCoinEnvironment,
): SettingSource {
  const { config: path, preset = null } = flags;
  if (path === undefined) return () => editor.resolve();
  return async () => {
    const saved = readSaved(path);
    return saved.ok ? resolveHotCoinConfig(saved.value, environment.variables, preset) : saved;
  };
}

/** The plan, or the first thing that is wrong with it. */
export async function planTrade(
  flags: TradeFlags,
  { config, environment, source }: PlanParts,
): Promise<Result<TradePlan, Failure>> {
  const endpoints = planEndpoints(flags);
  if (!endpoints.ok) return endpoints;
  const resolved = await source();
  if (!resolved.ok) return resolved;
  const credentials = readKey(environment);
  if (!credentials.ok) return credentials;
  const trading = deriveTrading({
    config: resolved.value.config,
    credentials: credentials.value === null ? 'missing' : 'given',
    confirmation: flags.confirmLive ?? null,
  });
  if (!trading.ok) return trading;
  // Records of simulated and of real positions never meet: each would be the other's mismatch.
  const dataDir = join(tradeHome(flags, config), trading.value === 'real' ? 'money' : 'paper');
  const { recordingBytesMax: bytesMax } = config.discovery;
  const named = environment.variables['HOTCOIN_DB_PATH']?.trim() ?? '';
  return ok({
    resolved: resolved.value,
    trading: trading.value,
    credentials: credentials.value,
    endpoints: { ...config.endpoints, ...endpoints.value },
    social: config.social,
    dataDir,
    logLevel: config.discovery.logLevel,
    candidatesPath: named === '' ? join(dataDir, 'hotcoins.db') : resolve(named),
    ...(bytesMax === 0 ? {} : { recording: { dir: join(dataDir, FLIGHT_FOLDER), bytesMax } }),
  });
}

/** What a plan is made of beside the flags. */
export type PlanParts = {
  readonly config: Config;
  readonly environment: HotCoinEnvironment;
  readonly source: SettingSource;
};

/** One exchange or the other: prices of one and orders at another would be a costly mixture. */
function planEndpoints({ restUrl, wsUrl }: TradeFlags): Result<Partial<BinanceEndpoints>, Failure> {
  if (restUrl === undefined && wsUrl === undefined) return ok({});
  if (restUrl === undefined || wsUrl === undefined) {
    return err(failure('usage_wrong', { reason: 'give --rest-url and --ws-url together, or neither' }));
  }
  if (!hasProtocol(restUrl, /^https?:$/))
    return err(failure('usage_wrong', { reason: '--rest-url is not an http URL' }));
  if (!hasProtocol(wsUrl, /^wss?:$/)) return err(failure('usage_wrong', { reason: '--ws-url is not a ws URL' }));
  const base = wsUrl.replace(/\/+$/, '');
  return ok({
    spotRestUrl: restUrl,
    announcementsUrl: restUrl,
    spotStreamUrl: base,
    spotApiUrl: `${base}/ws-api/v3`,
  });
}

function hasProtocol(text: string, protocol: RegExp): boolean {
  return URL.canParse(text) && protocol.test(new URL(text).protocol);
}

function readSaved(path: string): Result<unknown, Failure> {
  try {
    return ok(JSON.parse(readFileSync(path, 'utf8')) as unknown);
  } catch (error) {
    return err(failure('file_unreadable', { path, reason: toReason(error) }));
  }
}

function readKey({ key }: HotCoinEnvironment): Result<ApiCredentials | null, Failure> {
  if (key === null) return ok(null);
  const kind = key.secret.startsWith('-----BEGIN') ? 'ed25519' : 'hmac';
  return parseCredentials({ kind, ...key });
}
