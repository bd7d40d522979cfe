/**
 * The sentences of the desk's settings in English and Chinese.
 */

/** English. */
export const SETTINGS_EN = {
  form: 'Form',
  raw: 'Raw JSON',
  groups: { discovery: 'Discovery', trading: 'Trading', execution: 'Execution', ml: 'Models' } as Readonly<
    Record<string, string>
  >,
  searchSettings: 'Search settings',
  inForce: (value: string) => `in force: ${value}`,
  defaultIs: (value: string) => `default ${value}`,
  waiting: 'saved, waits for a restart',
  reset: 'Back to the default',
  check: 'Check',
  save: 'Save',
  discard: 'Discard',
  changed: (count: number) => (count === 1 ? '1 setting changed' : `${count} settings changed`),
  nothingChanged: 'Nothing is changed.',
  savedOk: 'Saved.',
  savedProblems: 'Nothing was saved:',
  wouldChange: 'This would change:',
  notJson: 'This is not a JSON object.',
  outOfBounds: (limits: string) => `Must be: ${limits}.`,
  rawAbout: 'Everything that is saved. A setting that is taken out goes back to its default.',
  on: 'on',
  off: 'off',
};

/** Chinese. */
export const SETTINGS_ZH: typeof SETTINGS_EN = {
  form: '表单',
  raw: '原始 JSON',
  groups: { discovery: '发现', trading: '交易', execution: '执行', ml: '模型' },
  searchSettings: '搜索设置',
  inForce: (value) => `当前生效：${value}`,
  defaultIs: (value) => `默认 ${value}`,
  waiting: '已保存，重启后生效',
  reset: '恢复默认',
  check: '检查',
  save: '保存',
  discard: '放弃',
  changed: (count) => `已修改 ${count} 项`,
  nothingChanged: '没有修改。',
  savedOk: '已保存。',
  savedProblems: '没有保存：',
  wouldChange: '将会改变：',
  notJson: '这不是 JSON 对象。',
  outOfBounds: (limits) => `必须：${limits}。`,
  rawAbout: '全部已保存的设置。删除的设置恢复默认。',
  on: '开',
  off: '关',
};
