/**
 * The program as people meet it: its help, its orderly end on every signal, what it leaves behind, and that it lives
 * through nonsense from the exchange.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/app/config.ts';
import { startDemo } from '../../src/app/modes/demo.ts';
import { epochMs } from '../../src/core/time.ts';
import { seriesParts, siblingSeries } from '../../src/model/series.ts';
import { timeframe } from '../../src/model/timeframe.ts';
import { BTC_1M } from '../fixtures/candles.ts';
import { type Ending, HotwickProcess, runHotwick } from '../fixtures/hotwick-process.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { until } from '../fixtures/wicked-exchange.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('help', () => {
  it.each(
    [
      [],
      ['demo'],
      ['up'],
      ['sim'],
      ['scan'],
      ['data', 'import'],
      ['data', 'verify'],
      ['audit', 'lookahead'],
      ['ml', 'train'],
      ['doctor'],
    ].map((args) => [args]),
  )('of %j shows the options and examples that can be typed', async (args) => {
    const ending = await runHotwick([...args, '--help']);
    expect(ending).toMatchObject({ code: 0, stderr: '' });
    expect(ending.stdout).toContain(`Usage: hotwick ${[...args, '[options]'].join(' ')}`);
    expect(ending.stdout).toMatch(new RegExp(`Examples:\\n( {2}.*\\n?)*? {2}hotwick ${args.join(' ')}`));
  });

  it('is what a call without a command gets, with exit status 1', async () => {
    const ending = await runHotwick([]);
    expect(ending).toMatchObject({ code: 1, stdout: '' });
    expect(ending.stderr).toContain('Usage: hotwick [options] [command]');
    expect(ending.stderr).toContain('Examples:');
  });

  it('has a version beside it', async () => {
    expect(await runHotwick(['--version'])).toMatchObject({ code: 0, stderr: '' });
    expect((await runHotwick(['-V'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('the end', () => {
  /** Starts the program, waits until it says that it runs, and sends a signal. */
  async function startAndSignal(args: readonly string[], signal: NodeJS.Signals, env = {}): Promise<Ending> {
    const program = new HotwickProcess(args, env);
    await program.match(/Press Ctrl-C to stop/);
    program.child.kill(signal);
    return program.ended;
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'of the demo by %s is orderly and leaves nothing',
    async (signal) => {
      const temporary = temporaryFolder();
      const ending = await startAndSignal(['demo', '--port', '0'], signal, { TMPDIR: temporary });
      expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' });
      expect(ending.stdout).toMatch(
        /Stopped\. \d+ closed candles of binance:futures:BTC\/USDT:1m, the last at (20|none)/,
      );
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  it('of the simulated exchange by SIGINT is orderly', async () => {
    const ending = await startAndSignal(['sim', '--port', '0'], 'SIGINT');
    expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(ending.stdout).toContain('Stopped.');
  });

  it('of the service by SIGTERM is orderly also while its exchange does not answer', async () => {
    // Port 9 of this machine is closed: every connection is refused at once.
    const env = {
      TRADE_CANVAS_BINANCE_FUTURES_BASE_URL: 'http://127.0.0.1:9',
      HOTWICK_BINANCE_FUTURES_STREAM_URL: 'ws://127.0.0.1:9',
    };
    const ending = await startAndSignal(['up', '--port', '0', '--data-dir', temporaryFolder()], 'SIGTERM', env);
    expect(ending).toMatchObject({ code: 0, signal: null });
    expect(ending.stdout).toContain('Stopped.');
  });

  it('does not come by itself while nobody asks for it', async () => {
    const program = new HotwickProcess(['demo', '--port', '0', '--speed', '600']);
    const client = new MarketClient(await program.port());
    await client.opened;
    client.subscribe(BTC_1M);
    const closed = () => client.ofType('candle_closed', BTC_1M).length;
    await client.until(() => closed() >= 5);
    expect(program.child.exitCode).toBeNull();
    await client.close();
    expect(await program.end()).toMatchObject({ code: 0, stderr: '' });
  });

  it('comes after the market time that the exchange was given', async () => {
    const ending = await runHotwick(['sim', '--port', '0', '--speed', '600', '--for', '1m']);
    expect(ending).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('nonsense from the exchange', () => {
  it('is skipped with a warning: the service goes on and stores what the exchange has', async () => {
    const config = loadConfig({});
    if (!config.ok) throw new Error(config.error.message);
    const warnings: string[] = [];
    const fatal: string[] = [];
    const demo = await startDemo({
      config: { ...config.value, derivedTimeframes: [timeframe('5m')] },
      host: '127.0.0.1',
      port: 0,
      dataDir: null,
      seed: 5,
      speed: 300,
      symbol: 'BTC/USDT',
      market: 'futures',
      onWarning: (reason) => warnings.push(reason),
      onFatal: ({ message }) => fatal.push(message),
    });
    if (!demo.ok) throw new Error(demo.error.message);
    const { service, source, exchange, dataDir } = demo.value;
    const head = async () => (await service.store.extent(BTC_1M)).head ?? 0;
    await waitFor(async () => (await head()) > source.startTime);
    exchange.faults.nextFrames({ kind: 'corrupt', count: 40 });
    const from = await head();
    await waitFor(async () => warnings.length > 0 && (await head()) >= from + 12 * 60_000);
    const period = { from: source.startTime, to: epochMs(await head()) };
    for (const frame of ['1m', '5m'] as const) {
      const id = siblingSeries(BTC_1M, timeframe(frame));
      const stored = await service.store.read({ seriesId: id, ...period, limit: 1_000, take: 'oldest' });
      const truth = source.market.candles(seriesParts(BTC_1M).instrumentId, frame, period).slice(0, stored.length);
      const shown = ({ openTime, open, high, low, close, volume, quoteVolume, trades }: (typeof truth)[number]) => {
        return [openTime, open, high, low, close, volume, quoteVolume, trades].map(String);
      };
      expect(stored.length).toBeGreaterThan(0);
      expect(stored.map((candle) => shown(candle as never))).toEqual(truth.map(shown));
    }
    await demo.value.close();
    expect(fatal).toEqual([]);
    expect(warnings[0]).toMatch(/frame_corrupt/);
    expect(() => readdirSync(dataDir)).toThrow(/ENOENT/);
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  let holds = false;
  await until(() => {
    void condition().then((now) => {
      holds ||= now;
    });
    return holds;
  }, 'what the test waits for');
}
