import { describe, expect, it } from 'vitest';
import { createRng } from '../core/rng.ts';
import {
  assembleRow,
  createFeatureSchema,
  type FeatureVector,
  GBDT_DEFAULTS,
  HOT_FEATURES,
  judgeVector,
  type LabelledRow,
  modelText,
  openModel,
  parseModelText,
  spaceOfSchema,
  toSamples,
  trainModel,
} from './index.ts';

/** Rows by name, unknown where the schema allows it and chance says so; what comes true hangs on `vol_surge_3_20`. */
function draw(count: number): readonly (LabelledRow & { readonly vector: FeatureVector })[] {
  const rng = createRng(8);
  return Array.from({ length: count }, () => {
    const columns = HOT_FEATURES.features.map(({ name, unknown }): [string, number | null] => {
      return [name, unknown === 'allowed' && rng.next() < 0.3 ? null : rng.normal()];
    });
    const named = Object.fromEntries(columns);
    const vector = assembleRow(HOT_FEATURES, named);
    if (!vector.ok) throw new Error(vector.error.message);
    const label = rng.next() < ((named['vol_surge_3_20'] ?? 0) > 0 ? 0.8 : 0.2) ? 1 : 0;
    return { row: vector.value.values, vector: vector.value, label };
  });
}

describe('a model of the features of hot coins', () => {
  const rows = draw(2_000);
  const settings = { kind: 'gbdt' as const, ...GBDT_DEFAULTS, rounds: 30, leaves: 8 };
  const space = spaceOfSchema(HOT_FEATURES);
  const trained = trainModel(
    space,
    { train: toSamples(rows, HOT_FEATURES.names.length), validation: null },
    { settings, seed: 1 },
  );
  const document = (trained as { value: { document: Parameters<typeof openModel>[0] } }).value.document;
  const first = rows.find(({ label }) => label === 1) as (typeof rows)[0];

  it('judges a row by name and says what moved it', () => {
    const judged = judgeVector(openModel(document), first.vector, 1);
    expect(judged).toMatchObject({ ok: true, value: { reasons: [{ name: 'vol_surge_3_20' }] } });
  });

  it('refuses rows and files of another list of features, though they are as long', () => {
    const other = createFeatureSchema(HOT_FEATURES.version + 1, HOT_FEATURES.features);
    const vector = { ...first.vector, schemaHash: other.hash };
    expect(judgeVector(openModel(document), vector)).toMatchObject({
      ok: false,
      error: { code: 'model_schema_differs' },
    });
    const read = parseModelText(modelText(document), spaceOfSchema(other));
    expect(read).toMatchObject({ ok: false, error: { code: 'model_schema_differs' } });
    expect(parseModelText(modelText(document), space).ok).toBe(true);
  });
});
