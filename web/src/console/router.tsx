/** The addresses of the console, below /console, and what each shows. Filters stand in the query. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { letterSearchOf } from './events/letter-search.ts'
import { accountSearchOf, ledgerSearchOf } from './ledger/search.ts'
import { LookupPage } from './payments/lookup-page.tsx'
import { PaymentPage } from './payments/payment-page.tsx'
import { PaymentsPage } from './payments/payments-page.tsx'
import { parseQuery, paymentsSearchOf, queryText } from './payments/search.ts'
import { searchOf } from './settlement/search.ts'
import { Frame } from './view/frame.tsx'
import { NotFoundPage } from './view/not-found.tsx'

const root = createRootRoute({ component: Frame, notFoundComponent: NotFoundPage })

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
})
const payments = createRoute({
  getParentRoute: () => root,
  path: '/payments',
  validateSearch: paymentsSearchOf,
  component: PaymentsPage,
})
const payment = createRoute({ getParentRoute: () => root, path: '/payments/$paymentId', component: PaymentPage })
const lookup = createRoute({
  getParentRoute: () => root,
  path: '/lookup',
  validateSearch: (query: Record<string, unknown>): { id?: string } =>
    typeof query.id === 'string' && query.id !== '' ? { id: query.id } : {},
  component: LookupPage,
})
const invariants = createRoute({
  getParentRoute: () => root,
  path: '/invariants',
  component: lazyRouteComponent(() => import('./invariants/invariants-page.tsx'), 'InvariantsPage'),
})
const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: letterSearchOf,
  component: lazyRouteComponent(() => import('./events/events-page.tsx'), 'EventsPage'),
})
const deadLetter = createRoute({
  getParentRoute: () => root,
  path: '/events/dead-letters/$partition/$offset',
  component: lazyRouteComponent(() => import('./events/letter-page.tsx'), 'LetterPage'),
})

/** Settlement and reconciliation are loaded when somebody goes there. */
const ofSettlement = () => import('./settlement/pages.ts')
const settlement = createRoute({
  getParentRoute: () => root,
  path: '/settlement',
  validateSearch: searchOf('batches'),
  component: lazyRouteComponent(ofSettlement, 'BatchesPage'),
})
const settlementBatch = createRoute({
  getParentRoute: () => root,
  path: '/settlement/batches/$batchId',
  validateSearch: searchOf('items'),
  component: lazyRouteComponent(ofSettlement, 'BatchPage'),
})
const settlementPayouts = createRoute({
  getParentRoute: () => root,
  path: '/settlement/payouts',
  validateSearch: searchOf('payouts'),
  component: lazyRouteComponent(ofSettlement, 'PayoutsPage'),
})
const payoutFiles = createRoute({
  getParentRoute: () => root,
  path: '/settlement/files',
  validateSearch: searchOf('files'),
  component: lazyRouteComponent(ofSettlement, 'PayoutFilesPage'),
})
const payoutFile = createRoute({
  getParentRoute: () => root,
  path: '/settlement/files/$fileId',
  validateSearch: searchOf('items'),
  component: lazyRouteComponent(ofSettlement, 'PayoutFilePage'),
})
const funds = createRoute({
  getParentRoute: () => root,
  path: '/settlement/funds',
  component: lazyRouteComponent(ofSettlement, 'FundsPage'),
})
const reconciliation = createRoute({
  getParentRoute: () => root,
  path: '/reconciliation',
  component: lazyRouteComponent(ofSettlement, 'ReconOverviewPage'),
})
const breaks = createRoute({
  getParentRoute: () => root,
  path: '/reconciliation/breaks',
  validateSearch: searchOf('breaks'),
  component: lazyRouteComponent(ofSettlement, 'BreaksPage'),
})
const oneBreak = createRoute({
  getParentRoute: () => root,
  path: '/reconciliation/breaks/$breakId',
  component: lazyRouteComponent(ofSettlement, 'BreakPage'),
})
const reconFiles = createRoute({
  getParentRoute: () => root,
  path: '/reconciliation/files',
  validateSearch: searchOf('reconFiles'),
  component: lazyRouteComponent(ofSettlement, 'ReconFilesPage'),
})
const reconFile = createRoute({
  getParentRoute: () => root,
  path: '/reconciliation/files/$fileId',
  component: lazyRouteComponent(ofSettlement, 'ReconFilePage'),
})
const settlementRoutes = [
  ...[settlement, settlementBatch, settlementPayouts, payoutFiles, payoutFile, funds],
  ...[reconciliation, breaks, oneBreak, reconFiles, reconFile],
] as const

const ledger = createRoute({
  getParentRoute: () => root,
  path: '/ledger',
  validateSearch: ledgerSearchOf,
  component: lazyRouteComponent(() => import('./ledger/pages.ts'), 'LedgerPage'),
})
const ledgerAccount = createRoute({
  getParentRoute: () => root,
  path: '/ledger/$account',
  validateSearch: accountSearchOf,
  component: lazyRouteComponent(() => import('./ledger/pages.ts'), 'AccountPage'),
})
const ledgerEntry = createRoute({
  getParentRoute: () => root,
  path: '/ledger/entries/$entryId',
  component: lazyRouteComponent(() => import('./ledger/pages.ts'), 'EntryPage'),
})

const demo = createRoute({
  getParentRoute: () => root,
  path: '/demo',
  component: lazyRouteComponent(() => import('./demo/demo-page.tsx'), 'DemoPage'),
})

export const createConsoleRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      start,
      payments,
      payment,
      lookup,
      invariants,
      events,
      deadLetter,
      ...settlementRoutes,
      ledger,
      ledgerAccount,
      ledgerEntry,
      demo,
    ]),
    basepath: '/console',
    parseSearch: parseQuery,
    stringifySearch: queryText,
    scrollRestoration: false,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
