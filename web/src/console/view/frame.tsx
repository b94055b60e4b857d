/** What stands around every page: the header, who is signed in, and, instead of a page, why nobody is. */
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { SessionView } from '../../../../shared/contracts/console.ts'
import type { Language } from '../../../../shared/contracts/errors.ts'
import { LanguageSwitch } from '../../i18n/language-switch.tsx'
import { useConsoleParts, useConsoleTexts, useLanguage, useSessionState } from '../console-context.ts'
import { usePanelExists } from '../demo/panel-exists.ts'
import { HelpDialog } from '../keys/help-dialog.tsx'
import { useShortcuts } from '../keys/use-shortcuts.ts'
import { SearchDialog } from '../search/search-dialog.tsx'
import { IssuerClosedPage } from '../session/issuer-closed-page.tsx'
import { CallFailure } from '../session/session.ts'
import { ClosedPage } from './closed-page.tsx'
import { Failure } from './failure.tsx'
import { Moment } from './moment.tsx'

export function Frame() {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const state = useSessionState()
  const hasDemo = usePanelExists(state.kind === 'open')
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    document.documentElement.lang = language
    document.title = t('title')
  }, [language, t])
  useFocusOnNewPage(main, `${state.kind} ${pathname}`)

  return (
    <>
      <a className="skip-link" href="#main">
        {t('skip')}
      </a>
      <header className="header console-header">
        <Link to="/" className="brand">
          {t('shell.brand')}
        </Link>
        {state.kind === 'open' && (
          <nav aria-label={t('sections')} className="console-sections">
            <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
              {t('overview.title')}
            </Link>
            <Link to="/payments">{t('payments')}</Link>
            <Link to="/invariants">{t('invariants.title')}</Link>
            <Link to="/events">{t('events.title')}</Link>
            <Link to="/settlement">{t('settlement.title')}</Link>
            <Link to="/reconciliation">{t('settlement.reconTitle')}</Link>
            <Link to="/ledger">{t('ledger.title')}</Link>
            {hasDemo && <Link to="/demo">{t('demo.title')}</Link>}
          </nav>
        )}
        {state.kind === 'open' && <Tools />}
        <FrameLanguages />
        {state.kind === 'open' && <Operator view={state.view} />}
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {state.kind === 'opening' && (
          <p role="status" className="console-note">
            {t('opening')}
          </p>
        )}
        {state.kind === 'closed' && state.by === 'link' && <ClosedPage why={state.why} requestId={state.requestId} />}
        {state.kind === 'closed' && state.by === 'issuer' && (
          <IssuerClosedPage why={state.why} requestId={state.requestId} />
        )}
        {state.kind === 'open' && <Outlet />}
      </main>
    </>
  )
}

/** Whoever moves to another page by keyboard goes on at its beginning. Not when the console is opened. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>, page: string) {
  const shown = useRef(page)
  useEffect(() => {
    if (shown.current === page) return
    const wasOpening = shown.current.startsWith('opening')
    shown.current = page
    if (!wasOpening) main.current?.focus()
  }, [main, page])
}

/** What every page has: the search and the keys, by hand or by key. */
function Tools() {
  const { t } = useConsoleTexts()
  const [shown, setShown] = useState<'search' | 'help'>()
  const search = useCallback(() => setShown('search'), [])
  const help = useCallback(() => setShown('help'), [])
  const close = useCallback(() => setShown(undefined), [])
  useShortcuts({ search, help })
  return (
    <>
      <button type="button" className="search-button" aria-keyshortcuts="Control+K Meta+K" onClick={search}>
        <span>{t('shell.search.button')}</span> <kbd>Ctrl K</kbd>
      </button>
      <button type="button" className="button button-small" aria-keyshortcuts="?" onClick={help}>
        {t('shell.keys.title')}
      </button>
      {shown === 'search' && <SearchDialog close={close} />}
      {shown === 'help' && <HelpDialog close={close} />}
    </>
  )
}

function Operator({ view }: { view: SessionView }) {
  const { t } = useConsoleTexts()
  const { session } = useConsoleParts()
  const [leaving, setLeaving] = useState<'no' | 'asked' | CallFailure>('no')
  const signOut = () => {
    setLeaving('asked')
    session.signOut().catch(error => setLeaving(error instanceof CallFailure ? error : new CallFailure('unreachable')))
  }
  return (
    <div className="console-operator">
      <span className="console-who">
        <strong>{view.name}</strong> <span className="small">{t(`roles.${view.role}`)}</span>
        {view.expiresAt !== null && (
          <span className="visually-hidden">
            {' '}
            <Moment at={view.expiresAt} text={full => t('until', { time: full })} />
          </span>
        )}
      </span>
      <button type="button" className="button button-small" disabled={leaving === 'asked'} onClick={signOut}>
        {leaving === 'asked' ? t('signingOut') : t('signOut')}
      </button>
      {leaving instanceof CallFailure && <Failure title={t('signOutFailed')} failure={leaving} />}
    </div>
  )
}

function FrameLanguages() {
  const { t, i18n } = useConsoleTexts()
  const { keepLanguage } = useConsoleParts()
  const choose = (language: Language) => {
    keepLanguage(language)
    void i18n.changeLanguage(language)
  }
  return <LanguageSwitch label={t('language')} current={useLanguage()} choose={choose} />
}
