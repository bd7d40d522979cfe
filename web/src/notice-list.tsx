/**
 * The few sentences beside the chart, each until it was dismissed or is old.
 */
import { useNow, usePage } from './page-context.ts';
import type { Notice } from './session-state.ts';
import type { Strings } from './strings.ts';

/** A notice that nobody dismissed goes after this long. */
const NOTICE_MS = 20_000;

function noticeText(notice: Notice, strings: Strings): string {
  if (notice.kind === 'filled') return strings.filled(notice.count);
  if (notice.kind === 'missing') return strings.missing(notice.count);
  return notice.kind === 'capacity' ? strings.capacity : strings.serverError(notice.detail);
}

/** The list, the oldest first. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const { store, strings } = usePage();
  const now = useNow(1000);
  const shown = notices.filter(({ at, kind }) => kind === 'missing' || now - at < NOTICE_MS);
  return (
    <div className="notices" role="log" aria-live="polite" data-testid="notices">
      {shown.map((notice) => (
        <div key={notice.id} className={`notice ${notice.kind}`} data-notice={notice.kind}>
          <span>{noticeText(notice, strings)}</span>
          <button type="button" aria-label={strings.dismiss} onClick={() => store.dismiss(notice.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
