/**
 * Where rows of features meet a model: a vector that says by its hash what it is made of in, a probability with its reasons
 * out. A vector of another schema than the model's is refused, whatever its length.
 */
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure } from '../model/failure.ts';
import type { FeatureVector } from './feature-row.ts';
import type { FeatureSchema } from './feature-schema.ts';
import type { Model } from './models/model.ts';
import type { FeatureSpace } from './models/model-document.ts';
import { deriveReasons, type Reason } from './models/reasons.ts';

/** What a model says of one vector. */
export type Judgement = { readonly probability: number; readonly reasons: readonly Reason[] };

/** The space that rows of `schema` live in, as models and their papers name it. */
export function spaceOfSchema({ hash, names }: FeatureSchema): FeatureSpace {
  return { schemaHash: hash, names };
}

/** The judgement of `vector`, with its `count` strongest reasons; `model_schema_differs` for a vector of another schema. */
export function judgeVector(model: Model, vector: FeatureVector, count = 5): Result<Judgement, Failure> {
  if (vector.schemaHash !== model.schemaHash) {
    return err(failure('model_schema_differs', { expected: vector.schemaHash, found: model.schemaHash }));
  }
  return ok({ probability: model.predict(vector.values), reasons: deriveReasons(model, vector.values, count) });
}
