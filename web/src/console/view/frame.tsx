/** What stands around every page: the header, who is signed in, and, instead of a page, why nobody is. */
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { type FocusEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react'
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
import { useIsNarrow } from './use-width.ts'

export function Frame() {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const state = useSessionState()
  const isNarrow = useIsNarrow()
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
        {/* In the order in which they are seen, which is the order of the focus. */}
        {state.kind === 'open' && !isNarrow && <Sections />}
        {state.kind === 'open' ? <Tools view={state.view} isNarrow={isNarrow} /> : <FrameLanguages />}
        {state.kind === 'open' && isNarrow && <Sections />}
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

/** A link of which a part is in view is not scrolled to by the browser. Not under a finger, which would let go beside it. */
function showWhole({ target }: FocusEvent<HTMLElement>) {
  if (target.matches(':focus-visible')) target.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** Narrow it is one line, which is scrolled to the page that is shown. */
function Sections() {
  const { t } = useConsoleTexts()
  const hasDemo = usePanelExists()
  const sections = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page has another link that is current, and the last comes late.
  useEffect(() => {
    const current = sections.current?.querySelector<HTMLElement>('[aria-current]')
    sections.current?.scrollTo({ left: (current?.offsetLeft ?? 0) - sections.current.offsetLeft - 60 })
  }, [pathname, hasDemo])
  return (
    <nav ref={sections} aria-label={t('sections')} className="console-sections" onFocus={showWhole}>
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
  )
}

interface ToolsProps {
  view: SessionView
  isNarrow: boolean
}

/** What every page has: the search and the keys, by hand or by key, the languages, and who is signed in. */
function Tools({ view, isNarrow }: ToolsProps) {
  const { t } = useConsoleTexts()
  const [shown, setShown] = useState<'search' | 'help'>()
  const search = useCallback(() => setShown('search'), [])
  const help = useCallback(() => setShown('help'), [])
  const close = useCallback(() => setShown(undefined), [])
  useShortcuts({ search, help })
  const others = (
    <>
      <button
        type="button"
        className="button button-small"
        aria-keyshortcuts="?"
        onClick={event => {
          // The dialog gives the focus back to what had it: not to a button of a menu that is closed by then.
          event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()
          help()
        }}
      >
        {t('shell.keys.title')}
      </button>
      <FrameLanguages />
      <Operator view={view} />
    </>
  )
  return (
    <>
      <button type="button" className="search-button" aria-keyshortcuts="Control+K Meta+K" onClick={search}>
        <span>{t('shell.search.button')}</span> <kbd>Ctrl K</kbd>
      </button>
      {isNarrow ? <More>{others}</More> : others}
      {shown === 'search' && <SearchDialog close={close} />}
      {shown === 'help' && <HelpDialog close={close} />}
    </>
  )
}

/** The browser opens it, closes it at Esc or a click beside it, and gives the focus back. */
function More({ children }: { children: ReactNode }) {
  const { t } = useConsoleTexts()
  const id = useId()
  return (
    <>
      <button type="button" className="button button-small" popoverTarget={id}>
        {t('shell.more')}
      </button>
      <div id={id} popover="auto" className="console-more">
        {children}
      </div>
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
