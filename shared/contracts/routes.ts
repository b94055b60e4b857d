/** Every route by the name that the API description and its clients use, written as in serverless.yml. Needs no zod: a browser may load it. */

export const routes = {
  authorizePayment: 'POST /payments/authorize',
  capturePayment: 'POST /payments/capture/{paymentId}',
  refundPayment: 'POST /payments/refund/{paymentId}',
  voidPayment: 'POST /payments/void/{paymentId}',
  getPayment: 'GET /payments/{paymentId}',
  listOperations: 'GET /payments/{paymentId}/operations',
  listPayments: 'GET /payments',
  getIdempotency: 'GET /idempotency',
  listAccounts: 'GET /ledger/accounts',
  getAccount: 'GET /ledger/accounts/{account}',
  listSettlements: 'GET /settlements',
  getSettlement: 'GET /settlements/{batchId}',
  listSettlementItems: 'GET /settlements/{batchId}/items',
  listPayouts: 'GET /payouts',
  listDisputes: 'GET /disputes',
  getDispute: 'GET /disputes/{disputeId}',
  listReconFiles: 'GET /reconciliation/files',
  getReconFile: 'GET /reconciliation/files/{fileId}',
  listBreaks: 'GET /reconciliation/breaks',
  getBreak: 'GET /reconciliation/breaks/{breakId}',
  getInvariants: 'GET /invariants',
  getLiveness: 'GET /health/live',
  getReadiness: 'GET /health/ready',
  getMetrics: 'GET /metrics',
  advanceClock: 'POST /sandbox/clock',
  getApiDescription: 'GET /openapi.json',
  getDocs: 'GET /docs',
} as const

export type RouteName = keyof typeof routes
export const routeNames = Object.keys(routes) as RouteName[]
