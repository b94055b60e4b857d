/** Where an issuer signs operators in: why nobody is, and the way there. */
import { useState } from 'react'
import { useConsoleParts, useConsoleTexts } from '../console-context.ts'
import type { IssuerClosed } from './session.ts'

/** Where signing in would not help, and asking again may. */
const TRIED_AGAIN: readonly IssuerClosed[] = ['unreachable', 'misconfigured']

export function IssuerClosedPage({ why, requestId }: { why: IssuerClosed; requestId?: string }) {
  const { t } = useConsoleTexts()
  const { session } = useConsoleParts()
  return (
    <section className="console-closed" role="status" data-closed={why}>
      <h1>{t(`session.closed.${why}.title`)}</h1>
      <p>{t(`session.closed.${why}.body`)}</p>
      {TRIED_AGAIN.includes(why) ? (
        <button type="button" className="button button-main" onClick={() => void session.begin()}>
          {t('again')}
        </button>
      ) : (
        <SignInButton why={why} />
      )}
      {requestId !== undefined && (
        <p className="small">
          {t('requestId')} <code>{requestId}</code>
        </p>
      )}
    </section>
  )
}

function SignInButton({ why }: { why: IssuerClosed }) {
  const { t } = useConsoleTexts()
  const { session } = useConsoleParts()
  const [isLeaving, setLeaving] = useState(false)
  const anew = why === 'noRole'
  const signIn = () => {
    setLeaving(true)
    void session.signIn({ anew }).finally(() => setLeaving(false))
  }
  const words = anew ? 'session.otherAccount' : why === 'signedOut' ? 'session.signIn' : 'session.signInAgain'
  return (
    <button type="button" className="button button-main" disabled={isLeaving} onClick={signIn}>
      {isLeaving ? t('session.leaving') : t(words)}
    </button>
  )
}
