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

/** One setting of the name `group.key`. */
export type SettingFacts = {
  readonly name: string;
  readonly meaning: string;
  /** What it may be, in words. */
  readonly limits: string;
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
    initial: shape.default,
    applies: appliesOf(`${group}.${key}`),
  }));
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
