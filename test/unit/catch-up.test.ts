/** Every route and job that reads virtual time makes sure first that its process knows where the sandbox clock stands. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createHandler as authorize } from '../../functions/api/authorize.ts'
import { createHandler as capture } from '../../functions/api/capture.ts'
import { createHandler as getIdempotency } from '../../functions/api/get-idempotency.ts'
import { createHandler as getPayment } from '../../functions/api/get-payment.ts'
import { createHandler as listPayments } from '../../functions/api/list-payments.ts'
import { createHandler as refund } from '../../functions/api/refund.ts'
import { createHandler as voidPayment } from '../../functions/api/void.ts'
import { createHandler as ageBreaks } from '../../functions/jobs/age-breaks.ts'
import { createHandler as closeBatches } from '../../functions/jobs/close-batches.ts'
import { createHandler as createPayouts } from '../../functions/jobs/create-payouts.ts'
import { createHandler as dailyFunds } from '../../functions/jobs/daily-funds.ts'
import { createHandler as expireAuthorizations } from '../../functions/jobs/expire-authorizations.ts'
import { createHandler as importFiles } from '../../functions/jobs/import-files.ts'
import { createHandler as inquirePayouts } from '../../functions/jobs/inquire-payouts.ts'
import { createHandler as matchFiles } from '../../functions/jobs/match-files.ts'
import { createHandler as observeState } from '../../functions/jobs/observe-state.ts'
import { createHandler as pruneAnswers } from '../../functions/jobs/prune-answers.ts'
import { createHandler as resolveUnknown } from '../../functions/jobs/resolve-unknown.ts'
import { createHandler as sendPayoutFiles } from '../../functions/jobs/send-payout-files.ts'
import { projectRoot } from '../../scripts/local/paths.ts'
import { FakeFundsBooks } from '../../shared/books/fake-books.ts'
import { SampleRuns } from '../../shared/invariants/sample-slices.ts'
import { FakeDatabase } from '../../shared/payments/fake-store.ts'
import { readers as fileReaders } from '../../shared/recon-files/readers.ts'
import { createMatchingPorts } from '../../shared/reconciliation/fake-matching.ts'
import { createFetchPorts } from '../../shared/reconciliation/fake-recon.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { createPayoutPorts } from '../../shared/settlement/fake-payouts.ts'
import { createHandlerPorts, type HandlerPorts } from './http-fakes.ts'
import { contextOf, httpEvent } from './lambda-events.ts'

const PAYMENT_ID = 'pay_01HZZZZZZZZZZZZZZZZZZZZZZZ'
const body = { merchantId: 'shop', amount: 1, currency: 'KRW', idempotencyKey: 'key-1' }

type Ports = HandlerPorts & { metrics: ReturnType<typeof createMetrics>; retention: { answersMs: number } }
type Route = Parameters<typeof httpEvent>[0]

const asked = (handler: (event: never, context: never) => Promise<unknown>, event: Route) =>
  handler(httpEvent({ headers: { 'content-type': 'application/json' }, ...event }) as never, contextOf() as never)

const ofPayment = (route: string): Route => ({ route, pathParameters: { paymentId: PAYMENT_ID }, body: {} })

const ofSettlement = ({ clock, log }: Ports) => ({ ...createPayoutPorts(new FakeDatabase()), clock, log })

const ofRecon = ({ clock, log }: Ports) => ({ ...createMatchingPorts(), clock, log })

const readers: Record<string, (ports: Ports) => Promise<unknown>> = {
  authorize: ports => asked(authorize(ports), { route: 'POST /payments/authorize', body }),
  capture: ports => asked(capture(ports), ofPayment('POST /payments/capture/{paymentId}')),
  refund: ports => asked(refund(ports), ofPayment('POST /payments/refund/{paymentId}')),
  void: ports => asked(voidPayment(ports), ofPayment('POST /payments/void/{paymentId}')),
  'get-payment': ports => asked(getPayment(ports), { ...ofPayment('GET /payments/{paymentId}'), body: undefined }),
  'list-payments': ports => asked(listPayments(ports), { route: 'GET /payments' }),
  'get-idempotency': ports =>
    asked(getIdempotency(ports), { route: 'GET /idempotency', query: { merchantId: 'shop', key: 'key-1' } }),
  'expire-authorizations': ports => expireAuthorizations(ports)(),
  'resolve-unknown': ports => resolveUnknown(ports)(),
  'prune-answers': ports => pruneAnswers(ports)(),
  'close-batches': ports => closeBatches(ofSettlement(ports))(),
  'daily-funds': ports => dailyFunds({ ...ports, fundsBooks: new FakeFundsBooks() })(),
  'create-payouts': ports => createPayouts(ofSettlement(ports))(),
  'send-payout-files': ports => sendPayoutFiles(ofSettlement(ports))(),
  'import-files': ({ clock, log }) => importFiles({ ...createFetchPorts(), readers: fileReaders, clock, log })(),
  'inquire-payouts': ports => inquirePayouts(ofSettlement(ports))(),
  'match-files': ports => matchFiles(ofRecon(ports))(),
  'age-breaks': ports => ageBreaks(ofRecon(ports))(),
  'observe-state': ports => observeState({ ...ports, invariantRuns: new SampleRuns() })(),
}

/** They read real time only, or nothing. `sandbox-clock` moves virtual time; `check-invariants` reads it with its snapshot. */
const others = [
  'archive-outbox',
  'check-invariants',
  'docs',
  'get-account',
  'get-break',
  'get-dispute',
  'get-invariants',
  'get-liveness',
  'get-operations',
  'get-readiness',
  'get-recon-file',
  'get-settlement',
  'list-accounts',
  'list-breaks',
  'list-disputes',
  'list-payouts',
  'list-recon-files',
  'list-settlement-items',
  'list-settlements',
  'metrics',
  'not-found',
  'openapi',
  'sandbox-clock',
  'snapshot-balances',
  'sweep-outbox',
]

describe('virtual time', () => {
  test.each(Object.entries(readers))('is caught up with by %s before anything is read', async (_, call) => {
    const ports = { ...createHandlerPorts(), metrics: createMetrics(), retention: { answersMs: 1 } }
    ports.clock.catchUp = () => Promise.reject(new Error('not yet'))
    ports.clock.virtualNowMs = () => {
      throw new Error('read before')
    }
    const result = await call(ports).catch((error: Error) => error)

    // observe-state goes on without the sources that it could not read, and says so of each.
    const logged = new Set(ports.log.lines.map(({ fields }) => (fields.err as Error).message))
    expect(result instanceof Error ? [result.message] : [...logged]).toEqual(['not yet'])
  })

  test('is decided about for every route and job', () => {
    const files = ['api', 'jobs'].flatMap(room => readdirSync(join(projectRoot, 'functions', room)))
    const names = files.filter(file => !file.endsWith('.test.ts')).map(file => file.replace(/\.ts$/, ''))

    expect([...Object.keys(readers), ...others].sort()).toEqual(names.sort())
  })
})
