/** Why nobody is signed in, and what to do about it. */
import { useConsoleParts, useConsoleTexts } from '../console-context.ts'
import type { Closed } from '../session/session.ts'

/** Where asking again may say something else. */
const TRIED_AGAIN: readonly Closed[] = ['unreachable', 'tooManyTries', 'idle', 'linkRefused']

/** Where a new link helps. */
const NEW_LINK: readonly Closed[] = ['signedOut', 'linkRefused', 'ended', 'idle']

export function ClosedPage({ why, requestId }: { why: Closed; requestId?: string }) {
  const { t } = useConsoleTexts()
  const { session } = useConsoleParts()
  return (
    <section className="console-closed" role="status" data-closed={why}>
      <h1>{t(`closed.${why}.title`)}</h1>
      <p>{t(`closed.${why}.body`)}</p>
      {NEW_LINK.includes(why) && (
        <>
          <p>{t('howTo')}</p>
          <p>
            <code className="console-command">npm run console-link -- --as NAME</code>
          </p>
        </>
      )}
      {TRIED_AGAIN.includes(why) && (
        <button type="button" className="button button-main" onClick={() => void session.begin()}>
          {t('again')}
        </button>
      )}
      {requestId !== undefined && (
        <p className="small">
          {t('requestId')} <code>{requestId}</code>
        </p>
      )}
    </section>
  )
}
