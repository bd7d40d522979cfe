/**
 * The small pieces that panels are made of: cards, figures, bars, tags. Text is always a child, so React escapes it.
 */
import type { ReactNode } from 'react';
import { shareText } from './figures.ts';

type CardProps = {
  readonly title: string;
  readonly about?: string;
  readonly aside?: ReactNode;
  readonly testId?: string;
  readonly children: ReactNode;
};

/** A titled part of a panel. */
export function Card({ title, about, aside, testId, children }: CardProps) {
  return (
    <section className="card flow" data-testid={testId} aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        {about === undefined ? null : <p className="muted">{about}</p>}
        {aside === undefined ? null : <div className="card-aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

type FigureProps = {
  readonly name: string;
  readonly value: ReactNode;
  readonly tone?: 'up' | 'down' | 'even' | 'warn';
  readonly hint?: string | undefined;
  readonly testId?: string;
};

/** A named number. */
export function Figure({ name, value, tone = 'even', hint, testId }: FigureProps) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd className={`tone-${tone}`} data-testid={testId}>
        {value}
        {hint === undefined ? null : <small className="muted"> {hint}</small>}
      </dd>
    </div>
  );
}

/** Figures beside each other. */
export function Figures({ children, testId }: { readonly children: ReactNode; readonly testId?: string }) {
  return (
    <dl className="figures" data-testid={testId}>
      {children}
    </dl>
  );
}

type GaugeProps = {
  readonly name: string;
  /** Of the limit; 1 is at the limit, `null` is not known. */
  readonly used: number | null;
  readonly detail: string;
  /** What the bar says to who does not see it. */
  readonly label: string;
  readonly testId?: string;
};

/** How near something is to its limit: from 80 % on it warns, at 100 % it alarms. */
export function Gauge({ name, used, detail, label, testId }: GaugeProps) {
  const share = used ?? 0;
  const level = share >= 1 ? 'reached' : share >= 0.8 ? 'near' : 'ok';
  return (
    <div className={`gauge gauge-${level}`} data-testid={testId} data-used={used ?? ''}>
      <div className="gauge-words">
        <span>{name}</span>
        <span className="gauge-detail">
          {detail} <b>{used === null ? '' : shareText(Math.round(share * 1000) / 1000)}</b>
        </span>
      </div>
      <meter className="sr-only" aria-label={label} min={0} max={1} value={Math.min(1, share)} />
      <div className="gauge-bar" aria-hidden="true">
        <i className="gauge-fill" style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
      </div>
    </div>
  );
}

/** A word with a colour. */
export function Tag({ tone, children }: { readonly tone: string; readonly children: ReactNode }) {
  return <span className={`tag tag-${tone}`}>{children}</span>;
}

/** What stands where there is nothing yet. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty muted">{children}</p>;
}
