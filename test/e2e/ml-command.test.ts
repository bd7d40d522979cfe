/**
 * `hotwick ml` as people type it, over recorded markets: from candles to an honest verdict, and what may be heard.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { modelFolder } from '../../src/app/ml/model-folder.ts';
import type { TrainingReport } from '../../src/app/ml/training-report.ts';
import { type Ending, runHotwick } from '../fixtures/hotwick-process.ts';
import { serveTrained, trainedModel } from '../fixtures/served-model.ts';
import { dataFile, describeWithData, listDataFiles } from '../fixtures/shared-data.ts';

const ml = (dataDir: string, ...args: readonly string[]): Promise<Ending> =>
  runHotwick(['ml', ...args, '--data-dir', dataDir]);

async function jsonOf<T>(dataDir: string, ...args: readonly string[]): Promise<T> {
  const ending = await ml(dataDir, ...args, '--json');
  expect(ending.code, ending.stderr).toBe(0);
  return JSON.parse(ending.stdout) as T;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'hotwick-ml-'));
}

describeWithData('hotwick ml over recorded markets', () => {
  const dataDir = newFolder();
  const models = join(dataDir, 'models');
  const hot = 'klines/spot-hot-2025';
  const market = 'klines/spot-allmarket-5m-202504';
  const own = /^(BONK|VOXEL)USDT-5m/;

  beforeAll(async () => {
    const files = [
      ...listDataFiles(hot)
        .filter((name) => own.test(name))
        .map((name) => dataFile(`${hot}/${name}`)),
      ...listDataFiles(market)
        .filter((name) => /^(BTC|ETH|SOL|XRP|ADA|DOGE|SUI|LINK|AVAX|TRX|PEPE|WIF|NEAR|LTC)USDT/.test(name))
        .map((name) => dataFile(`${market}/${name}`)),
    ];
    const imported = await runHotwick(['data', 'import', ...files, '--market', 'spot', '--data-dir', dataDir]);
    expect(imported.code, imported.stderr).toBe(0);
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('trains, judges on time it has not seen, and is honest: too few rows and no proof are research_only', async () => {
    const symbols = ['--symbols', 'BONK/USDT,VOXELUSDT'];
    const dry = await ml(dataDir, 'train', '--task', 'trade', ...symbols, '--horizon', '1h', '--dry-run');
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toContain('A dry run: nothing was written.');
    expect(dry.stdout).toMatch(
      /Gate: research_only, it may not be heard \(split 3\)\n {2}few_samples: \d+ rows, at least 20000 are needed/,
    );
    expect(dry.stderr).toMatch(/training split 3 of 3, gbdt\n/);
    expect(existsSync(models)).toBe(false);

    const report = await jsonOf<TrainingReport>(dataDir, 'train', '--task', 'trade', ...symbols, '--horizon', '1h');
    expect(report.symbols).toEqual(['BONK/USDT', 'VOXEL/USDT']);
    expect(report.folds.length).toBe(3);
    expect(report.decision).toMatchObject({ approved: false, deployment_tier: 'research_only' });
    expect(report.rows).toBeGreaterThan(15_000);
    for (const { train, validation, test } of report.folds) {
      expect([train.to, validation.to]).toEqual([validation.from, test.from]);
      expect(Math.min(train.purged, validation.purged, validation.embargoed, test.embargoed)).toBeGreaterThan(0);
    }
    for (const line of dry.stdout
      .split('\n')
      .filter((each) => / {2}(few_samples|auc_low|expectancy_unproven)/.test(each))) {
      expect(report.decision.reasons).toContain(line.trim());
    }
    expect(report.saved.every((path) => existsSync(path))).toBe(true);

    const promoted = await ml(dataDir, 'promote', '--task', 'trade');
    expect(promoted).toMatchObject({ code: 1, stdout: '' });
    expect(promoted.stderr).toContain('error model_not_served: the model may not be heard: not_approved: few_samples');
    const status = await ml(dataDir, 'status');
    expect(status.stdout).toMatch(
      /trade 15m\n {2}served +nothing: no model of trade 15m is served\n {2}newest trained +\S+, research_only; /,
    );
    const verified = await ml(dataDir, 'verify');
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(verified.stdout).not.toContain('WRONG');
    expect((await jsonOf<{ checks: number; faults: number }>(dataDir, 'verify')).faults).toBe(0);

    const name = readdirSync(models).find((each) => each.startsWith('model_')) as string;
    const text = readFileSync(join(models, name), 'utf8');
    writeFileSync(join(models, name), text.replace('"kind":', '"kind": '));
    const damaged = await ml(dataDir, 'verify');
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toMatch(/WRONG {2}hash of model_trade_15m_/);
    expect(damaged.stderr).toContain('error models_damaged: 2 check(s)');
  });

  it('labels hotness against the market of the time, on candles of five minutes', async () => {
    const report = await jsonOf<TrainingReport>(
      dataDir,
      'train',
      '--task',
      'hotness',
      '--interval',
      '5m',
      '--to',
      '2025-04-22',
      '--folds',
      '2',
      '--dry-run',
    );
    expect(report.symbols.length).toBe(16);
    // At most one of ten to sixteen coins is hot at a time.
    expect(report.positives / report.rows).toBeGreaterThan(0.05);
    expect(report.positives / report.rows).toBeLessThan(0.1);
    expect(report.left_out.few_coins).toBeGreaterThan(0);
    expect(report.pooled?.test_auc).toBeGreaterThan(0.5);
    expect(report.saved).toEqual([]);
  });
});

describe('hotwick ml on models that were approved', () => {
  it('says what is served, goes back, withdraws, and then says why nothing is', async () => {
    const dataDir = newFolder();
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    expect((await ml(dataDir, 'status')).stdout).toContain('nothing is heard, and trading goes on without');
    const folder = modelFolder(dataDir);
    const first = await serveTrained(folder, trainedModel(1));
    await serveTrained(folder, trainedModel(2));
    const status = await ml(dataDir, 'status');
    expect(status.stdout).toMatch(/trade 15m\n {2}served +yes\n {2}model +gbdt, trained /);
    expect(status.stdout).toMatch(/to go back to +1 model\(s\)/);
    expect((await ml(dataDir, 'promote', '--task', 'trade')).stdout).toContain('trade 15m: now heard');
    const back = await ml(dataDir, 'rollback', '--task', 'trade');
    expect(back).toMatchObject({ code: 0, stderr: '' });
    expect(back.stdout).toContain(first.release.contract.model_files[0]);
    expect((await ml(dataDir, 'rollback', '--task', 'trade')).stderr).toContain('model_previous_missing');
    const taken = await ml(dataDir, 'withdraw', '--task', 'trade', '--reason', 'listing rules changed');
    expect(taken.stdout).toContain('trade 15m: nothing is heard from now on');
    const [after] = await jsonOf<{ served: null; why_not: { code: string } }[]>(dataDir, 'status');
    expect(after).toMatchObject({ served: null, why_not: { code: 'model_none_served' } });
    expect((await ml(dataDir, 'verify')).code).toBe(0);
  });

  it('refuses what can not be meant, with the way out', async () => {
    const dataDir = newFolder();
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const [empty, symbol, horizon] = await Promise.all([
      ml(dataDir, 'train', '--task', 'trade'),
      ml(dataDir, 'train', '--task', 'trade', '--symbols', 'BTCEUR'),
      ml(dataDir, 'train', '--task', 'trade', '--horizon', '20m'),
    ]);
    expect(empty).toMatchObject({ code: 1, stdout: '' });
    expect(empty.stderr).toContain('error ml_candles_missing');
    expect(symbol.stderr).toContain('write pairs like BTC/USDT,ETH/USDT or all');
    expect(horizon.stderr).toContain('a horizon of 20 minutes is no whole number of candles');
    for (const { code } of [empty, symbol, horizon]) expect(code).toBe(1);
  });
});
