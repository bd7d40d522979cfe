/**
 * Rows of features, put together by name and never by position. What is missing, there twice or no number is told, all
 * of it at once; a value that may be unknown says so itself, with `null`, and is NaN in the row.
 */
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure } from '../model/failure.ts';
import type { FeatureSchema } from './feature-schema.ts';

/** One row: a value for each name of the schema with that hash, in its order; NaN is a value that is not known. */
export type FeatureVector = { readonly schemaHash: string; readonly values: Float64Array };

/** Numbers by name, in any of the spellings of the schema; other names are nobody's business here. */
export type NamedNumbers = Readonly<Record<string, number | null | undefined>>;

/** How many problems a failure names. */
const NAMED_MAX = 20;

/**
 * The row of `columns`. Fails with `features_unusable` when a feature is missing, is there in two spellings, is neither
 * finite nor `null`, or is `null` and must be known.
 */
export function assembleRow(schema: FeatureSchema, columns: NamedNumbers): Result<FeatureVector, Failure> {
  const values = new Float64Array(schema.features.length);
  const problems: string[] = [];
  schema.features.forEach((feature, at) => {
    const given = [feature.name, ...feature.aliases].filter(
      (spelling) => Object.hasOwn(columns, spelling) && columns[spelling] !== undefined,
    );
    const value = given.length === 1 ? columns[given[0] as string] : undefined;
    if (given.length === 0) problems.push(`${feature.name} is missing`);
    else if (given.length > 1) problems.push(`${feature.name} is there as ${given.join(' and ')}`);
    else if (value === null && feature.unknown === 'never') problems.push(`${feature.name} must be known`);
    else if (value !== null && !Number.isFinite(value)) problems.push(`${feature.name} is ${value}`);
    values[at] = value ?? Number.NaN;
  });
  if (problems.length > 0) return err(failure('features_unusable', { count: problems.length, reason: tell(problems) }));
  return ok({ schemaHash: schema.hash, values });
}

function tell(problems: readonly string[]): string {
  const rest = problems.length - NAMED_MAX;
  return [...problems.slice(0, NAMED_MAX), ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}

/** A row by name; `null` is what is not known. A row of another schema is `feature_schema_mismatch`. */
export function nameRow(
  schema: FeatureSchema,
  vector: FeatureVector,
): Result<Readonly<Record<string, number | null>>, Failure> {
  const checked = checkSchema(schema, vector.schemaHash);
  if (!checked.ok) return checked;
  const entries = schema.names.map((name, at): [string, number | null] => {
    const value = vector.values[at] as number;
    return [name, Number.isNaN(value) ? null : value];
  });
  return ok(Object.fromEntries(entries));
}

/** Whether rows with that hash are rows of the schema; `feature_schema_mismatch` otherwise. */
export function checkSchema(schema: FeatureSchema, hash: string): Result<true, Failure> {
  if (hash === schema.hash) return ok(true);
  return err(failure('feature_schema_mismatch', { given: hash.slice(0, 40), expected: schema.hash }));
}
