/**
 * The hot-coin settings on the desk: what runs, what is saved for the next start, and where each value comes from.
 */
import { z } from 'zod';
import { sec } from './parts.ts';

const groups = z.record(z.string(), z.record(z.string(), z.unknown()));

/** One setting as a form needs it. */
export const configField = z
  .object({
    group: z.string(),
    name: z.string(),
    kind: z.enum(['number', 'integer', 'switch', 'choice', 'list', 'json']),
    meaning: z.string(),
    meaning_zh: z.string().describe('the same in Chinese'),
    limits: z.string().describe('what it may be, in words'),
    limits_zh: z.string().describe('the same in Chinese'),
    initial: z.unknown().describe('the default'),
    min: z.number().nullable(),
    max: z.number().nullable(),
    choices: z.array(z.string()),
    applies: z.enum(['now', 'restart']).describe('when a saved change takes effect'),
  })
  .meta({ id: 'ConfigField' });

/** Answer of `GET /hotcoin/config`. */
export const configAnswer = z
  .object({
    success: z.literal(true),
    config: groups.describe('the settings in force'),
    default_config: groups,
    saved: groups.describe('what is saved; in force after the next start where the environment does not win'),
    provenance: z
      .record(z.string(), z.enum(['default', 'saved', 'preset', 'environment']))
      .describe('where each value in force comes from, by group.name'),
    pending: z.array(z.string()).describe('names whose saved value is not in force yet'),
    fields: z.array(configField),
    hash: z.string(),
  })
  .meta({ id: 'DeskConfig' });

/** One setting that a change gives another value; `overridden` says that the environment or a preset has the last word. */
export const configDifference = z
  .object({
    name: z.string().describe('group.name'),
    from: z.unknown(),
    to: z.unknown(),
    applies: z.enum(['now', 'restart', 'overridden']),
  })
  .meta({ id: 'ConfigDifference' });

/** Body of `POST /hotcoin/config`: values by group and name; `null` takes a setting back to its default. */
export const configBody = groups.meta({ id: 'ConfigChange' });

/** Answer 200 of `POST /hotcoin/config`, and of `POST /hotcoin/config/preview`, which saves nothing. */
export const configSaved = z
  .object({
    success: z.literal(true),
    message: z.string(),
    config: groups.describe('what is saved now, or would be, over the defaults and under the environment'),
    differences: z.array(configDifference),
    applies: z.enum(['now', 'restart', 'nothing']).describe('restart when any of it waits for one'),
    pending: z.array(z.string()).describe('names whose saved value waits for a restart'),
    hash: z.string().describe('of the settings in force'),
  })
  .meta({ id: 'ConfigSaved' });

/** Answer 400 of both: nothing was saved. */
export const configRefusal = z
  .object({ success: z.literal(false), message: z.string(), problems: z.array(z.string()).max(8) })
  .meta({ id: 'ConfigRefusal' });

/** Answer of `GET /hotcoin/api/params`: the settings in force, to look at. */
export const paramsAnswer = z
  .object({
    params: groups,
    mode: z.enum(['observe', 'paper', 'live']),
    config_hash: z.string(),
    run_id: z.string(),
    version: z.string(),
    started_ms: z.number(),
    ts: sec,
  })
  .meta({ id: 'Params' });

/** One setting as a form needs it. */
export type ConfigField = z.infer<typeof configField>;
/** Answer of `GET /hotcoin/config`. */
export type ConfigAnswer = z.infer<typeof configAnswer>;
/** Answer 200 of `POST /hotcoin/config`. */
export type ConfigSaved = z.infer<typeof configSaved>;
/** Answer 400 of `POST /hotcoin/config`. */
export type ConfigRefusal = z.infer<typeof configRefusal>;
/** Answer of `GET /hotcoin/api/params`. */
export type ParamsAnswer = z.infer<typeof paramsAnswer>;
