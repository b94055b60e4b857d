/** Every route and job that reads virtual time makes sure first that its process knows where the sandbox clock stands. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createHandler as approvePayoutFile } from '../../functions/api/approve-payout-file.ts'
import { createHandler as assignBreak } from '../../functions/api/assign-break.ts'
import { createHandler as authorize } from '../../functions/api/authorize.ts'
import { createHandler as cancelPayout } from '../../functions/api/cancel-payout.ts'
import { createHandler as cancelPayoutFile } from '../../functions/api/cancel-payout-file.ts'
import { createHandler as capture } from '../../functions/api/capture.ts'
import { createHandler as countPayments } from '../../functions/api/count-payments.ts'
import { createHandler as decideBreak } from '../../functions/api/decide-break.ts'
import { createHandler as findBreaks } from '../../functions/api/find-breaks.ts'
import { createHandler as findPayments } from '../../functions/api/find-payments.ts'
import { createHandler as getIdempotency } from '../../functions/api/get-idempotency.ts'
import { createHandler as getOperation } from '../../functions/api/get-operation.ts'
import { createHandler as getOperatorPayment } from '../../functions/api/get-operator-payment.ts'
import { createHandler as getOverview } from '../../functions/api/get-overview.ts'
import { createHandler as getPayment } from '../../functions/api/get-payment.ts'
import { createHandler as getReconOverview } from '../../functions/api/get-recon-overview.ts'
import { createHandler as getTimeline } from '../../functions/api/get-timeline.ts'
import { createHandler as inspectBreak } from '../../functions/api/inspect-break.ts'
import { createHandler as listPayments } from '../../functions/api/list-payments.ts'
import { createHandler as noteBreak } from '../../functions/api/note-break.ts'
import { createHandler as operatorCapture } from '../../functions/api/operator-capture.ts'
import { createHandler as operatorInquire } from '../../functions/api/operator-inquire.ts'
import { createHandler as operatorRefund } from '../../functions/api/operator-refund.ts'
import { createHandler as operatorVoid } from '../../functions/api/operator-void.ts'
import { createHandler as proposeForBreak } from '../../functions/api/propose-for-break.ts'
import { createHandler as refund } from '../../functions/api/refund.ts'
import { createHandler as retryBatch } from '../../functions/api/retry-batch.ts'
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
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { SampleRuns } from '../../shared/invariants/sample-slices.ts'
import { FakeAuditLog, FakeConsoleActions } from '../../shared/payments/fake-console-actions.ts'
import { FakeDatabase } from '../../shared/payments/fake-store.ts'
import { readers as fileReaders } from '../../shared/recon-files/readers.ts'
import { createBreakPorts } from '../../shared/reconciliation/fake-breaks.ts'
import { createMatchingPorts } from '../../shared/reconciliation/fake-matching.ts'
import { createFetchPorts } from '../../shared/reconciliation/fake-recon.ts'
import { breakOf, FakeReconReader } from '../../shared/reconciliation/fake-recon-reader.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { createPayoutPorts } from '../../shared/settlement/fake-payouts.ts'
import { payoutFileOf, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { ask, createConsole } from './console-fakes.ts'
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

/** Signed in by a token, so that nothing has to be read to know it. */
const ofViewer = (ports: Ports) => ({
  ...createConsole({ kind: 'claims', roleClaim: 'role', nameClaim: 'sub' }).ports,
  ...ports,
})
/** The same, where there is a break. */
const ofReader = (ports: Ports) => {
  const reader = new FakeReconReader()
  reader.breaks.push(breakOf(1))
  return { ...ofViewer(ports), ...reader.operatorPorts(), clock: ports.clock }
}
const ofWriter = (ports: Ports) => {
  const db = new FakeDatabase()
  const own = { ...createBreakPorts(db), consoleActions: new FakeConsoleActions(db), auditLog: new FakeAuditLog(db) }
  return { ...ofViewer(ports), ...own, clock: ports.clock }
}
const askWrite = (handler: Parameters<typeof ask>[0], route: string, body: object) =>
  ask(handler, {
    ...{ route, body: { ...sampleWrite, ...body }, claims: { sub: 'Park', role: 'approver' } },
    pathParameters: {
      ...{ fileId: payoutFileOf(1).fileId, payoutId: payoutOf(1).payoutId, breakId: breakOf(1).breakId },
      batchId: payoutOf(1).batchId,
    },
  })
const claims = { sub: 'kim', role: 'viewer' }

const ofOperator = (ports: Ports) => ({ ...ofViewer(ports), auditLog: new FakeAuditLog(ports.transactions) })
const asOperator = (action: string) => ({
  ...ofPayment(`POST /operator/payments/{paymentId}/${action}`),
  body: sampleWrite,
  claims: { ...claims, role: 'operator' },
})

const readers: Record<string, (ports: Ports) => Promise<unknown>> = {
  authorize: ports => asked(authorize(ports), { route: 'POST /payments/authorize', body }),
  capture: ports => asked(capture(ports), ofPayment('POST /payments/capture/{paymentId}')),
  refund: ports => asked(refund(ports), ofPayment('POST /payments/refund/{paymentId}')),
  void: ports => asked(voidPayment(ports), ofPayment('POST /payments/void/{paymentId}')),
  'get-payment': ports => asked(getPayment(ports), { ...ofPayment('GET /payments/{paymentId}'), body: undefined }),
  'list-payments': ports => asked(listPayments(ports), { route: 'GET /payments' }),
  'get-idempotency': ports =>
    asked(getIdempotency(ports), { route: 'GET /idempotency', query: { merchantId: 'shop', key: 'key-1' } }),
  'find-payments': ports => ask(findPayments(ofViewer(ports)), { route: 'GET /operator/payments', claims }),
  'get-overview': ports =>
    ask(getOverview({ ...ofViewer(ports), invariantRuns: new SampleRuns() }), {
      route: 'GET /operator/overview',
      claims,
    }),
  'get-operator-payment': ports =>
    ask(getOperatorPayment(ofViewer(ports)), {
      route: 'GET /operator/payments/{paymentId}',
      pathParameters: { paymentId: PAYMENT_ID },
      claims,
    }),
  'get-timeline': ports =>
    ask(getTimeline(ofViewer(ports)), {
      ...ofPayment('GET /operator/payments/{paymentId}/timeline'),
      ...{ body: undefined, claims },
    }),
  'get-operation': ports =>
    ask(getOperation(ofViewer(ports)), {
      route: 'GET /operator/operations/{operationId}',
      pathParameters: { operationId: 'op_01HZZZZZZZZZZZZZZZZZZZZZZZ' },
      claims,
    }),
  'operator-capture': ports => ask(operatorCapture(ofOperator(ports)), asOperator('capture')),
  'operator-inquire': ports => ask(operatorInquire(ofOperator(ports)), asOperator('inquire')),
  'operator-refund': ports => ask(operatorRefund(ofOperator(ports)), asOperator('refund')),
  'operator-void': ports => ask(operatorVoid(ofOperator(ports)), asOperator('void')),
  'count-payments': ports => ask(countPayments(ofViewer(ports)), { route: 'GET /operator/payments/counts', claims }),
  'approve-payout-file': ports =>
    askWrite(approvePayoutFile(ofWriter(ports)), 'POST /operator/payout-files/{fileId}/approve', {}),
  'cancel-payout-file': ports =>
    askWrite(cancelPayoutFile(ofWriter(ports)), 'POST /operator/payout-files/{fileId}/cancel', {}),
  'cancel-payout': ports => askWrite(cancelPayout(ofWriter(ports)), 'POST /operator/payouts/{payoutId}/cancel', {}),
  'retry-batch': ports => askWrite(retryBatch(ofWriter(ports)), 'POST /operator/settlements/{batchId}/retry', {}),
  'assign-break': ports =>
    askWrite(assignBreak(ofWriter(ports)), 'POST /operator/reconciliation/breaks/{breakId}/assign', {
      ...{ version: 0, assignee: 'Kim' },
    }),
  'note-break': ports =>
    askWrite(noteBreak(ofWriter(ports)), 'POST /operator/reconciliation/breaks/{breakId}/note', {}),
  'propose-for-break': async ports => {
    const own = ofWriter(ports)
    // Whether there is such a break is looked at before.
    own.breaks.find = async () => breakOf(1)
    return askWrite(proposeForBreak(own), 'POST /operator/reconciliation/breaks/{breakId}/propose', {
      ...{ version: 0, wanted: { kind: 'close' } },
    })
  },
  'decide-break': ports =>
    askWrite(decideBreak(ofWriter(ports)), 'POST /operator/reconciliation/breaks/{breakId}/decide', {
      ...{ version: 0, decision: 'approve' },
    }),
  'find-breaks': ports => ask(findBreaks(ofReader(ports)), { route: 'GET /operator/reconciliation/breaks', claims }),
  'inspect-break': ports =>
    ask(inspectBreak(ofReader(ports)), {
      ...{ route: 'GET /operator/reconciliation/breaks/{breakId}', pathParameters: { breakId: breakOf(1).breakId } },
      claims,
    }),
  'get-recon-overview': ports =>
    ask(getReconOverview(ofReader(ports)), { route: 'GET /operator/reconciliation', claims }),
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
  'compare-control',
  'docs',
  'find-batch-items',
  'find-batches',
  'find-payout-files',
  'find-payouts',
  'find-recon-files',
  'export-entries',
  'get-account',
  'get-break',
  'get-consumers',
  'get-dead-letter',
  'get-dispute',
  'get-invariants',
  'get-ledger',
  'get-ledger-entry',
  'get-liveness',
  'get-operations',
  'get-outbox',
  'get-readiness',
  'get-recon-file',
  'get-session',
  'get-settlement',
  'inspect-batch',
  'inspect-payout-file',
  'inspect-recon-file',
  'get-verify-run',
  'list-account-entries',
  'list-accounts',
  'list-breaks',
  'list-dead-letters',
  'list-disputes',
  'list-funds',
  'list-payouts',
  'list-recon-files',
  'list-settlement-items',
  'list-settlements',
  'look-up',
  'metrics',
  'not-found',
  'openapi',
  'redrive-dead-letter',
  'request-verify-run',
  'sandbox-clock',
  'sign-in',
  'sign-out',
  'skip-dead-letter',
  'snapshot-balances',
  'sum-batch-days',
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
