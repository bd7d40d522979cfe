/**
 * Tables of the wire contract about chart structure (2.10 to 2.12), asked over real sockets.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer, ask } from '../fixtures/api-server.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await new ApiServer().start();
});
afterAll(() => server.stop());

const ON_REQUEST = ['pivot.minor', 'sr.broken'];
const FACTORS: readonly (readonly [key: string, label: string, features: readonly (readonly [string, string])[]])[] = [
  [
    'pivot',
    'Pivot',
    [
      ['pivot.major', 'Major'],
      ['pivot.minor', 'Minor'],
    ],
  ],
  [
    'pen',
    'Pen',
    [
      ['pen.confirmed', 'Confirmed'],
      ['pen.extending', 'Extending'],
      ['pen.candidate', 'Candidate'],
    ],
  ],
  [
    'zhongshu',
    'Zhongshu',
    [
      ['zhongshu.alive', 'Alive'],
      ['zhongshu.dead', 'Dead'],
    ],
  ],
  [
    'anchor',
    'Anchor',
    [
      ['anchor.current', 'Current'],
      ['anchor.history', 'History'],
      ['anchor.switch', 'Switches'],
    ],
  ],
  [
    'sr',
    'SR',
    [
      ['sr.active', 'Active'],
      ['sr.broken', 'Broken'],
    ],
  ],
];

describe('2.10 the catalog of factors', () => {
  it('F01 lists every factor, dependencies first, with what is shown at first', async () => {
    const { status, json } = await ask(server.port, { path: '/api/factor/catalog' });
    const factors = FACTORS.map(([key, label, features]) => ({
      key,
      label,
      default_visible: true,
      sub_features: features.map(([name, words]) => ({
        key: name,
        label: words,
        default_visible: !ON_REQUEST.includes(name),
      })),
    }));
    expect([status, json]).toEqual([200, { schema_version: 1, factors }]);
  });
});
