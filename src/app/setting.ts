/**
 * What a setting is: one row of the list in `settings.ts`, which the parser, `hotwick config` and the generated page of
 * settings read.
 */

/** One setting: where it comes from, what it does and what it is when nobody says. */
export type Setting = {
  readonly name: string;
  readonly kind: 'boolean' | 'integer' | 'text' | 'list';
  readonly initial: string;
  readonly min?: number;
  readonly max?: number;
  /** Words a text may be; any other is the default. */
  readonly choices?: readonly string[];
  /** A text that is never shown. */
  readonly secret?: true;
  /** A switch that is set for a newcomer, who has not set it at all. */
  readonly preset?: '1';
  /** A switch that, where it is not set, is on while one of these is. */
  readonly follows?: readonly Setting[];
  /** An integer that is at least one more than this one. */
  readonly above?: Setting;
  readonly meaning: string;
};
