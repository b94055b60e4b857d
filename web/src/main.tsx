/** Wires the shop together: storage, network, randomness, language. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider } from 'react-i18next'
import type { Language } from '../../shared/contracts/errors.ts'
import { ask } from './api/answer.ts'
import { createPauses } from './api/pause.ts'
import { App } from './app.tsx'
import { chosenLanguage, createI18n, keepLanguage, languageOf } from './i18n/language.ts'
import { parseAnswerLog } from './purchase/answer-log.ts'
import { parseCheckout } from './purchase/checkout.ts'
import { createNewIds } from './purchase/keys.ts'
import { parseOrders } from './purchase/orders.ts'
import { createOrderRun, type Waitings } from './purchase/run-orders.ts'
import { ShopContext } from './shop-context.ts'
import { createKeptStore, createStore } from './store.ts'
import './styles/base.css'
import './styles/shop.css'
import './styles/order.css'
import './styles/motion.css'
import './styles/print.css'
import './styles/forced-colors.css'

/** Some privacy settings forbid even reading `localStorage`. */
function storageOrNone(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return window[name]
  } catch {
    return undefined
  }
}

const browser = storageOrNone('localStorage')
const tab = storageOrNone('sessionStorage')

const i18n = createI18n(
  languageOf({ search: location.search, chosen: chosenLanguage(browser), preferred: navigator.languages }),
)
const queryClient = new QueryClient({
  // The retry loop of our own repeats with the same key; the library must neither add repeats nor pause while "offline".
  defaultOptions: {
    queries: { retry: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
})

const nowMs = () => Date.now()
const { pause, wake } = createPauses()
const orders = createKeptStore({
  storage: browser,
  name: 'shop.orders',
  parse: parseOrders,
  onElsewhere: listener => addEventListener('storage', listener),
})
const checkout = createKeptStore({ storage: tab, name: 'shop.checkout', parse: parseCheckout })
const answers = createKeptStore({ storage: tab, name: 'shop.answers', parse: parseAnswerLog })
const waitings = createStore<Waitings>({})
const ids = createNewIds(crypto)
const askApi = ask.bind(undefined, { fetch: (url, init) => fetch(url, init), nowMs })
const run = createOrderRun({
  orders,
  answers,
  waitings,
  ask: askApi,
  pause,
  nowMs,
  language: () => i18n.language as Language,
  // Withheld over plain http; two tabs then send the same request with the same key, which the API carries out once.
  exclusively: (name, work) => navigator.locks?.request(name, work) ?? work(),
  onSettled: () => void queryClient.invalidateQueries({ queryKey: ['payment'] }),
})

// Whatever was interrupted goes on: after a reload, in another tab, and as soon as the connection is back.
for (const { orderId, pending } of orders.get()) if (pending) void run(orderId)
addEventListener('online', wake)
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') wake()
})

const parts = {
  ...ids,
  checkout,
  orders,
  answers,
  waitings,
  run,
  wake,
  ask: askApi,
  keepLanguage: (language: Language) => keepLanguage(browser, language),
}
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <I18nextProvider i18n={i18n}>
        <ShopContext value={parts}>
          <App />
        </ShopContext>
      </I18nextProvider>
    </QueryClientProvider>
  </StrictMode>,
)
