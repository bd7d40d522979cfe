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
  mlSchema,
  tradingSchema,
} from './hotcoin-schema.ts';
import { meaningInChinese } from './setting-meanings-zh.ts';

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
  readonly meaningZh: string;
  /** What it may be, in words. */
  readonly limits: string;
  readonly limitsZh: string;
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

const SCHEMAS = {
  discovery: discoverySchema,
  trading: tradingSchema,
  execution: executionSchema,
  ml: mlSchema,
} as const;

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
    meaningZh: meaningInChinese(`${group}.${key}`),
    limits: limitsOf(shape, ENGLISH),
    limitsZh: limitsOf(shape, CHINESE),
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

type LimitWords = {
  readonly choices: (choices: string) => string;
  readonly entries: (most: number | undefined) => string;
  readonly minimum: string;
  readonly above: string;
  readonly maximum: string;
  readonly below: string;
  readonly comma: string;
  readonly types: Readonly<Record<string, string>>;
};

const ENGLISH: LimitWords = {
  choices: (choices) => `one of ${choices}`,
  entries: (most) => `list, at most ${most} entries`,
  minimum: 'at least',
  above: 'above',
  maximum: 'at most',
  below: 'below',
  comma: ', ',
  types: {},
};

const CHINESE: LimitWords = {
  choices: (choices) => `以下之一：${choices}`,
  entries: (most) => `列表，最多 ${most} 项`,
  minimum: '不小于',
  above: '大于',
  maximum: '不大于',
  below: '小于',
  comma: '，',
  types: { number: '数字', integer: '整数', boolean: '开关', object: '对象', value: '值' },
};

function limitsOf(shape: Shape, words: LimitWords): string {
  if (shape.enum !== undefined) return words.choices(shape.enum.join(', '));
  if (shape.type === 'array') return words.entries(shape.maxItems);
  const bound = (word: string, value: number | undefined): string | null =>
    value === undefined ? null : `${word} ${value}`;
  const bounds = [
    bound(words.minimum, shape.minimum),
    bound(words.above, shape.exclusiveMinimum),
    bound(words.maximum, shape.maximum),
    bound(words.below, shape.exclusiveMaximum),
  ];
  const type = shape.type ?? 'value';
  return [words.types[type] ?? type, ...bounds.filter((each) => each !== null)].join(words.comma);
}
