/** Answers at once with a body of the size of an authorization's answer. */
const body = JSON.stringify({
  paymentId: 'pay_01K00000000000000000000000',
  merchantId: 'bench-00',
  status: 'AUTHORIZED',
  amount: 1_000_000,
  currency: 'KRW',
  capturedAmount: 0,
  refundedAmount: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  captureBefore: '2026-01-08T00:00:00.000Z',
  pendingOperation: null,
  ledgerEntries: [],
  message: 'The payment is authorized: the amount is held and has not been taken.',
  operationId: 'op_01K00000000000000000000000',
})

export const empty = async event => ({
  statusCode: event.requestContext.http.method === 'POST' ? 201 : 200,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  body,
})
