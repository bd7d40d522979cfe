/**
 * The notice of a model in shadow that lost its order.
 */
import type { Notice } from '../../ports/notifier.ts';
import type { ModelAlarm } from '../ml/shadow-alarm.ts';
import { ALARM_EFFECTS, type NoticeLanguage } from './notice-words.ts';
import { writeNotice } from './trading-notices.ts';

const HASH_SHOWN = 8;

/** The notice, a warning: nothing of trading depends on it. */
export function writeModelAlarm(alarm: ModelAlarm, language: NoticeLanguage): Notice {
  const { time, model, task, interval, approval, auc, baselineAuc, rows } = alarm;
  const facts = {
    ...{ task, interval, model: model.slice(0, HASH_SHOWN), rows: String(rows) },
    auc: auc.toFixed(3),
    baseline: baselineAuc.toFixed(3),
    effect: ALARM_EFFECTS[language][approval],
  };
  return writeNotice({ level: 'warn', kind: 'modelAlarm', facts, time, language });
}
