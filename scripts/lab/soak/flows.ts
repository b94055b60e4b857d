/** What callers of a soak do, a handful of requests each, and the answer that is right for each of them: every kind of answer that there is. */
import type { Random } from '../random.ts'

export interface SoakCall {
  method: 'GET' | 'POST'
  /** `:paymentId` stands for the one that the flow's authorize was told. */
  path: string
  headers: Record<string, string>
  body?: string
  /** The status of the right answer. */
  expected: number
  /** Repeated with its key until the outcome is known. */
  untilKnown?: true
}

export interface SoakFlow {
  /** What it does, for the report. */
  name: string
  calls: SoakCall[]
}

/** As many as the benchmark has: none of them reaches its limits. */
/** So few that each soon has thousands of payments: what reads all of a merchant's shows it. */
const MERCHANTS = 10
const AMOUNT_MIN = 10_000
const AMOUNT_MAX = 2_000_000
/** Of a body that is too large. */
const BODY_BYTES_MAX = 16 * 1_024

interface Drawn {
  random: Random
  /** Begins every key of the flow. */
  name: string
  merchantId: string
  amount: number
  currency: string
}

function post(path: string, body: unknown, expected: number, headers: Record<string, string> = {}): SoakCall {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    expected,
  }
}

const get = (path: string, expected = 200): SoakCall => ({ method: 'GET', path, headers: {}, expected })

const purchaseOf = ({ name, merchantId, amount, currency }: Drawn) => ({
  ...{ merchantId, amount, currency },
  idempotencyKey: `${name}-authorize`,
  orderId: name,
})

const authorize = (drawn: Drawn, more: object = {}, expected = 201): SoakCall =>
  post('/payments/authorize', { ...purchaseOf(drawn), ...more }, expected)

/** Calls that are alike have one key. */
function change(
  { name, merchantId }: Drawn,
  kind: 'capture' | 'refund' | 'void',
  expected = 200,
  more: { amount?: number; finalCapture?: boolean } = {},
): SoakCall {
  const key = [name, kind, more.amount, expected].filter(part => part !== undefined).join('-')
  return post(`/payments/${kind}/:paymentId`, { merchantId, ...more }, expected, { 'idempotency-key': key })
}

/** What callers do, and how many in a thousand do it. */
const shapes: Record<string, { perMille: number; calls: (drawn: Drawn) => SoakCall[] }> = {
  'authorize, capture, refund': {
    perMille: 330,
    calls: drawn => [authorize(drawn), change(drawn, 'capture'), change(drawn, 'refund')],
  },
  'in parts': {
    perMille: 80,
    calls: drawn => [
      authorize(drawn),
      change(drawn, 'capture', 200, { amount: Math.floor(drawn.amount / 2), finalCapture: false }),
      change(drawn, 'capture'),
      change(drawn, 'refund', 200, { amount: Math.floor(drawn.amount / 3) }),
      change(drawn, 'refund'),
    ],
  },
  'authorize and capture in one': { perMille: 80, calls: drawn => [authorize(drawn, { capture: true })] },
  'authorize, void': { perMille: 60, calls: drawn => [authorize(drawn), change(drawn, 'void')] },
  'declined at once': {
    perMille: 70,
    calls: drawn => [
      authorize(
        drawn,
        { paymentMethod: drawn.random.pick(['tok_decline', 'tok_insufficient_funds', 'tok_lost_card']) },
        402,
      ),
    ],
  },
  'capture declined': {
    perMille: 25,
    calls: drawn => [authorize(drawn, { paymentMethod: 'tok_capture_decline' }), change(drawn, 'capture', 402)],
  },
  'refund declined': {
    perMille: 25,
    calls: drawn => [
      authorize(drawn, { paymentMethod: 'tok_refund_decline' }),
      change(drawn, 'capture'),
      change(drawn, 'refund', 402),
    ],
  },
  'the same again': {
    perMille: 50,
    calls: drawn => [authorize(drawn), authorize(drawn), change(drawn, 'capture'), change(drawn, 'capture')],
  },
  'a key for another request': {
    perMille: 20,
    calls: drawn => [authorize(drawn), authorize(drawn, { amount: drawn.amount + 1 }, 422)],
  },
  'refund too early': { perMille: 30, calls: drawn => [authorize(drawn), change(drawn, 'refund', 409)] },
  'capture twice': {
    perMille: 30,
    calls: drawn => [authorize(drawn), change(drawn, 'capture'), change(drawn, 'capture', 409)],
  },
  'not understood': {
    perMille: 30,
    calls: drawn => [
      authorize(drawn, { amount: -1 }, 400),
      get('/payments/pay_00000000000000000000000000', 404),
      get('/no/such/route', 404),
    ],
  },
  'wrong bodies': {
    perMille: 10,
    calls: drawn => [
      { ...authorize(drawn, {}, 415), headers: { 'content-type': 'text/plain' } },
      authorize(drawn, { orderId: 'x'.repeat(BODY_BYTES_MAX) }, 413),
    ],
  },
  'sell and look': {
    perMille: 100,
    calls: drawn => [
      authorize(drawn),
      change(drawn, 'capture'),
      get('/payments/:paymentId'),
      get('/payments/:paymentId/operations'),
      get(`/idempotency?merchantId=${drawn.merchantId}&key=${drawn.name}-authorize`),
      get(`/payments?merchantId=${drawn.merchantId}&limit=20`),
      get(`/payments?merchantId=${drawn.merchantId}&status=COMPLETED&limit=20`),
    ],
  },
  'look at the books': {
    perMille: 40,
    calls: drawn => [
      get('/ledger/accounts/acquirer_receivable'),
      get(`/ledger/accounts?prefix=${encodeURIComponent(`merchant_payable:${drawn.merchantId}`)}&limit=20`),
      get('/settlements?limit=20'),
      get('/payouts?limit=20'),
      get('/invariants'),
      get('/health/ready'),
    ],
  },
  'slow acquirer': {
    perMille: 15,
    calls: drawn => [authorize(drawn, { paymentMethod: 'tok_slow' }), change(drawn, 'capture')],
  },
  'outcome unknown': {
    perMille: 5,
    calls: drawn => {
      const unknown = authorize(drawn, { paymentMethod: 'tok_timeout_after' }, 503)
      return [unknown, { ...unknown, expected: 201, untilKnown: true }]
    },
  },
}

export const flowNames = Object.keys(shapes)

/** `name`: begins the keys of this flow, unlike those of any other. */
export function drawFlow(random: Random, name: string): SoakFlow {
  let draw = random.integer(0, totalPerMille - 1)
  const shape = flowNames.find(each => {
    draw -= shapes[each]!.perMille
    return draw < 0
  })!
  return flowNamed(shape, random, name)
}

const totalPerMille = Object.values(shapes).reduce((sum, { perMille }) => sum + perMille, 0)

export function flowNamed(shape: string, random: Random, name: string): SoakFlow {
  const drawn: Drawn = {
    random,
    name,
    merchantId: `soak-${String(random.integer(0, MERCHANTS - 1)).padStart(2, '0')}`,
    amount: random.integer(AMOUNT_MIN, AMOUNT_MAX),
    currency: random.pick(['KRW', 'KRW', 'USD', 'JPY']),
  }
  return { name: shape, calls: shapes[shape]!.calls(drawn) }
}
