/** Wires the console together: what is in the address, storage, network, language. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider } from 'react-i18next'
import type { Language } from '../../../shared/contracts/errors.ts'
import { ask } from '../api/answer.ts'
import { chosenLanguage, keepLanguage, languageOf } from '../i18n/language.ts'
import { createKeptStore } from '../store.ts'
import { ConsoleContext } from './console-context.ts'
import { createConsoleI18n } from './i18n/console-i18n.ts'
import { parseSingleKeys } from './keys/shortcuts.ts'
import { parseListSearch } from './payments/search.ts'
import { createConsoleRouter } from './router.tsx'
import { createChosenSession } from './session/chosen-session.ts'
import { createConsoleSession, parseSecret } from './session/session.ts'
import { type IssuerSettings, readSignInSettings } from './session/sign-in-settings.ts'
import { keepAttempt, takeCallback } from './session/take-callback.ts'
import { takeLink } from './session/take-link.ts'
import { parseTokens } from './session/tokens.ts'
import { parseVisited } from './view/visited.ts'
import '../styles/base.css'
import './console.css'

/** Some privacy settings forbid even reading them. */
function storageOrNone(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return window[name]
  } catch {
    return undefined
  }
}

const storageOfTab = storageOrNone('sessionStorage')
// Before anything is asked or shown: neither a request nor the router may see a link, or an issuer's code, in the address.
const link = takeLink(window)
const callback = takeCallback(window, storageOfTab)

const OVER_CHECK_MS = 1_000

const storage = storageOrNone('localStorage')
const i18n = createConsoleI18n(
  languageOf({ search: location.search, chosen: chosenLanguage(storage), preferred: navigator.languages }),
)
const nowMs = () => Date.now()
const secret = createKeptStore({ storage, name: 'console.secret', parse: parseSecret })
const language = () => i18n.language as Language
const byLink = () =>
  createConsoleSession({
    link,
    secret,
    language,
    nowMs,
    ask: request => ask({ fetch: (url, init) => fetch(url, init), nowMs }, request),
  })

/** What it needs besides is loaded only where there is an issuer. */
async function byIssuer(settings: IssuerSettings) {
  const [{ createIssuerSession }, { createIssuer }] = await Promise.all([
    import('./session/issuer-session.ts'),
    import('./session/issuer.ts'),
  ])
  return createIssuerSession({
    settings,
    issuer: createIssuer(settings, { fetch: (url, init) => fetch(url, init), nowMs, origin: location.origin }),
    callback,
    hadLink: link !== undefined,
    // A token may be read by whoever may run a script here, and by nobody else: no cookie, no other tab, not after this one is closed.
    tokens: createKeptStore({ storage: storageOfTab, name: 'console.tokens', parse: parseTokens }),
    keepAttempt: attempt => keepAttempt(storageOfTab, attempt),
    language,
    nowMs,
    // An API that leads elsewhere must not take the token along.
    ask: request => ask({ fetch: (url, init) => fetch(url, { ...init, redirect: 'error' }), nowMs }, request),
    address: () => location.pathname + location.search,
    leave: address => location.assign(address),
  })
}

const session = createChosenSession({
  settings: () => readSignInSettings((url, init) => fetch(url, init)),
  byLink,
  byIssuer,
})
// Every request counts as a use of the session: none is sent that nobody asked for, or it would never be idle.
const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: 'always', refetchOnWindowFocus: false, refetchOnReconnect: false },
  },
})
const visited = createKeptStore({ storage, name: 'console.visited', parse: parseVisited })
const lastList = createKeptStore({ storage: storageOfTab, name: 'console.list', parse: parseListSearch })
const singleKeys = createKeptStore({ storage, name: 'console.keys', parse: parseSingleKeys })
session.state.subscribe(() => {
  const state = session.state.get()
  if (state.kind !== 'closed') return
  // What an operator has seen is not for whoever opens the browser next.
  queryClient.clear()
  if (state.why !== 'signedOut' && state.why !== 'ended') return
  visited.update(() => [])
  lastList.update(() => ({}))
})
setInterval(() => session.closeIfOver(), OVER_CHECK_MS)
void session.begin()

const parts = {
  session,
  keepLanguage: (language: Language) => keepLanguage(storage, language),
  visited,
  lastList,
  singleKeys,
}
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <I18nextProvider i18n={i18n}>
        <ConsoleContext value={parts}>
          <RouterProvider router={createConsoleRouter()} />
        </ConsoleContext>
      </I18nextProvider>
    </QueryClientProvider>
  </StrictMode>,
)
