/**
 * What the schema says of each hot-coin setting, for people: its meaning, what it may be and what it is at first. The
 * desk, the command line and the generated page all show this.
 */
import { z } from 'zod';
import { type Applies, appliesOf } from './hot-settings.ts';
import {
  discoverySchema,
  executionSchema,
  HOTCOIN_GROUPS,
  type HotCoinGroup,
  tradingSchema,
} from './hotcoin-schema.ts';

/** What a form needs to ask for a setting; `json` is what has no simpler shape. */
export type SettingForm = {
  readonly kind: 'number' | 'integer' | 'switch' | 'choice' | 'list' | 'json';
  readonly min: number | null;
  readonly max: number | null;
  readonly choices: readonly string[];
};

/** One setting of the name `group.key`. */
export type SettingFacts = {
  readonly name: string;
  readonly meaning: string;
  /** What it may be, in words. */
  readonly limits: string;
  /** The same for a form; bounds are inclusive where `limits` says so. */
  readonly form: SettingForm;
  readonly initial: unknown;
  readonly applies: Applies;
};

type Shape = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly maxItems?: number;
  readonly items?: { readonly type?: string };
};

const SCHEMAS = { discovery: discoverySchema, trading: tradingSchema, execution: executionSchema } as const;

/** Every setting in the order of the schema. */
export function listSettingFacts(): readonly SettingFacts[] {
  return HOTCOIN_GROUPS.flatMap((group) => factsOf(group));
}

function factsOf(group: HotCoinGroup): readonly SettingFacts[] {
  const { properties = {} } = z.toJSONSchema(SCHEMAS[group], { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, Shape>>;
  };
  return Object.entries(properties).map(([key, shape]) => ({
    name: `${group}.${key}`,
    meaning: shape.description ?? '',
    limits: limitsOf(shape),
    form: formOf(shape),
    initial: shape.default,
    applies: appliesOf(`${group}.${key}`),
  }));
}

function formOf(shape: Shape): SettingForm {
  const bounds = {
    min: shape.minimum ?? shape.exclusiveMinimum ?? null,
    max: shape.maximum ?? shape.exclusiveMaximum ?? null,
    choices: (shape.enum ?? []).map(String),
  };
  if (shape.enum !== undefined) return { kind: 'choice', ...bounds };
  if (shape.type === 'number' || shape.type === 'integer') return { kind: shape.type, ...bounds };
  if (shape.type === 'boolean') return { kind: 'switch', ...bounds };
  return { kind: shape.items?.type === 'string' ? 'list' : 'json', ...bounds };
}

function limitsOf(shape: Shape): string {
  if (shape.enum !== undefined) return `one of ${shape.enum.join(', ')}`;
  if (shape.type === 'array') return `list, at most ${shape.maxItems} entries`;
  const bounds = [
    shape.minimum === undefined ? null : `at least ${shape.minimum}`,
    shape.exclusiveMinimum === undefined ? null : `above ${shape.exclusiveMinimum}`,
    shape.maximum === undefined ? null : `at most ${shape.maximum}`,
    shape.exclusiveMaximum === undefined ? null : `below ${shape.exclusiveMaximum}`,
  ];
  return [shape.type ?? 'value', ...bounds.filter((bound) => bound !== null)].join(', ');
}
