/**
 * The sentences of the curve of equity.
 */

/** What the label of the curve is made of. */
export type CurveLabel = {
  readonly span: string;
  readonly from: string;
  readonly to: string;
  readonly low: string;
  readonly high: string;
};

/** English. */
export const EQUITY_EN = {
  equityCurve: 'Equity over time',
  equitySpan: 'Span of the curve',
  equitySpans: { '24': '24 hours', '168': '7 days', '720': '30 days', '87600': 'Everything' },
  equityChange: 'Change',
  equityHigh: 'Highest',
  equityLow: 'Lowest',
  equityFall: 'Deepest fall',
  equityNone: 'Nothing was written down yet.',
  equityFailing: (reason: string) => `The history can not be stored: ${reason}`,
  equityLabel: ({ span, from, to, low, high }: CurveLabel) =>
    `Equity, ${span}: from ${from} to ${to}, lowest ${low}, highest ${high}`,
};

/** Chinese. */
export const EQUITY_ZH: typeof EQUITY_EN = {
  equityCurve: '权益曲线',
  equitySpan: '曲线跨度',
  equitySpans: { '24': '24 小时', '168': '7 天', '720': '30 天', '87600': '全部' },
  equityChange: '变化',
  equityHigh: '最高',
  equityLow: '最低',
  equityFall: '最大回落',
  equityNone: '尚无记录。',
  equityFailing: (reason) => `历史无法保存：${reason}`,
  equityLabel: ({ span, from, to, low, high }) => `权益，${span}：从 ${from} 到 ${to}，最低 ${low}，最高 ${high}`,
};
