/** Wires the shop together: storage, network, randomness, language. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider } from 'react-i18next'
import { ask } from './api/answer.ts'
import type { Waiting } from './api/ask-until-final.ts'
import { App } from './app.tsx'
import { createI18n, languageOf } from './i18n/language.ts'
import { createNewKey } from './purchase/keys.ts'
import { loadPurchase, savePurchase } from './purchase/purchase-storage.ts'
import { createPurchaseRun } from './purchase/run-purchase.ts'
import { ShopContext } from './shop-context.ts'
import { createStore } from './store.ts'
import './styles/base.css'
import './styles/shop.css'
import './styles/order.css'
import './styles/motion.css'
import './styles/print.css'
import './styles/forced-colors.css'

const i18n = createI18n(languageOf(location.search))
const queryClient = new QueryClient({
  // The retry loop of our own repeats with the same key; the library must neither add repeats nor pause while "offline".
  defaultOptions: {
    queries: { retry: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
})

const nowMs = () => Date.now()
const purchases = createStore(loadPurchase(sessionStorageOrNone()), purchase =>
  savePurchase(sessionStorageOrNone(), purchase),
)
const waiting = createStore<Waiting | undefined>(undefined)
const newKey = createNewKey(crypto)
const askApi = ask.bind(undefined, { fetch: (url, init) => fetch(url, init), nowMs })
const run = createPurchaseRun({
  purchases,
  ask: askApi,
  newKey,
  language: () => languageOf(location.search),
  sleep: delayMs => new Promise(resolve => setTimeout(resolve, delayMs)),
  nowMs,
  onWaiting: value => waiting.update(() => value),
})

/** Some privacy settings forbid even reading `sessionStorage`. */
function sessionStorageOrNone(): Storage | undefined {
  try {
    return window.sessionStorage
  } catch {
    return undefined
  }
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <I18nextProvider i18n={i18n}>
        <ShopContext value={{ purchases, waiting, newKey, run, ask: askApi }}>
          <App />
        </ShopContext>
      </I18nextProvider>
    </QueryClientProvider>
  </StrictMode>,
)
