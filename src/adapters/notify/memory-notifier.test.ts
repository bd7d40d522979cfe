import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createMemoryNotifier } from './memory-notifier.ts';

describe('createMemoryNotifier', () => {
  it('keeps the latest notices, oldest first', async () => {
    const notifier = createMemoryNotifier(2);
    for (const title of ['a', 'b', 'c']) {
      await notifier.notify({ level: 'info', time: epochMs(0), title, text: '' });
    }
    expect(notifier.notices().map((notice) => notice.title)).toEqual(['b', 'c']);
  });
});
