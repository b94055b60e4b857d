/** Times the reads: pages of the list by every filter, at its beginning and deep inside, and single payments. */
import { Pool } from 'undici'
import { createRandom } from '../../random.ts'
import { type Percentiles, percentilesOf } from '../percentiles.ts'
import type { Filled } from './fill-books.ts'
import { MERCHANTS, merchantName } from './lives.ts'
import type { LookupSettings } from './settings.ts'

export interface Lookup<Asked = Sampled> {
  name: string
  /** Of a request about one of the sample. */
  path: (sample: Asked) => string
  headers?: Record<string, string>
}

type Sampled = Filled['sample'][number]

const cursorAt = ({ paymentId }: Sampled): string => `cursor=${Buffer.from(paymentId, 'utf8').toString('base64url')}`
const list = (query: (sample: Sampled) => string) => (sample: Sampled) => `/payments?${query(sample)}`

const LARGE = merchantName(0)
const SMALL = merchantName(MERCHANTS - 1)

/** Every filter with many rows, with few and with none; deep: from some payment anywhere on. */
export const lookups: readonly Lookup[] = [
  { name: 'payment', path: ({ paymentId }) => `/payments/${paymentId}` },
  { name: 'payment, none', path: () => `/payments/pay_${'0'.repeat(26)}` },
  { name: 'operations', path: ({ paymentId }) => `/payments/${paymentId}/operations` },
  { name: 'list', path: list(() => 'limit=20') },
  { name: 'list, deep', path: list(cursorAt) },
  { name: 'list, 100, deep', path: list(sample => `limit=100&${cursorAt(sample)}`) },
  { name: 'large merchant', path: list(() => `merchantId=${LARGE}`) },
  { name: 'large merchant, deep', path: list(sample => `merchantId=${LARGE}&${cursorAt(sample)}`) },
  { name: 'small merchant', path: list(() => `merchantId=${SMALL}`) },
  { name: 'small merchant, deep', path: list(sample => `merchantId=${SMALL}&${cursorAt(sample)}`) },
  { name: 'no such merchant', path: list(() => 'merchantId=nobody') },
  { name: 'COMPLETED', path: list(() => 'status=COMPLETED') },
  { name: 'COMPLETED, deep', path: list(sample => `status=COMPLETED&${cursorAt(sample)}`) },
  { name: 'FAILED', path: list(() => 'status=FAILED') },
  { name: 'FAILED, deep', path: list(sample => `status=FAILED&${cursorAt(sample)}`) },
  { name: 'REQUESTED (none)', path: list(() => 'status=REQUESTED') },
  { name: 'large merchant, COMPLETED', path: list(() => `merchantId=${LARGE}&status=COMPLETED`) },
  { name: 'large merchant, FAILED', path: list(() => `merchantId=${LARGE}&status=FAILED`) },
  { name: 'large merchant, REQUESTED (none)', path: list(() => `merchantId=${LARGE}&status=REQUESTED`) },
  { name: 'small merchant, FAILED', path: list(() => `merchantId=${SMALL}&status=FAILED`) },
  { name: 'order', path: list(({ orderId }) => `orderId=${orderId ?? 'order-0'}`) },
  { name: 'order, none', path: list(() => 'orderId=nothing') },
  {
    name: 'order of its merchant',
    path: list(({ orderId, merchantId }) => `orderId=${orderId ?? 'order-0'}&merchantId=${merchantId}`),
  },
]

export interface LookupResult {
  name: string
  /** Milliseconds. */
  latencyMs: Percentiles | undefined
  problems: string[]
}

/** A query whose requests take longer than this together is ended: it has been seen to be slow. */
const SECONDS_MAX = 15

/** Each query by itself, after a few that do not count. */
export async function timeLookups<Asked>(
  origin: string,
  wanted: readonly Lookup<Asked>[],
  sample: readonly Asked[],
  { requests, concurrency }: LookupSettings,
  seed: number,
): Promise<LookupResult[]> {
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 })
  try {
    const results: LookupResult[] = []
    for (const lookup of wanted) {
      await timeLookup(pool, lookup, sample, { requests: Math.ceil(requests / 10), concurrency }, seed + 1)
      results.push(await timeLookup(pool, lookup, sample, { requests, concurrency }, seed))
    }
    return results
  } finally {
    await pool.close()
  }
}

async function timeLookup<Asked>(
  pool: Pool,
  { name, path, headers = {} }: Lookup<Asked>,
  sample: readonly Asked[],
  { requests, concurrency }: LookupSettings,
  seed: number,
): Promise<LookupResult> {
  const random = createRandom(seed)
  const times: number[] = []
  const statuses = new Map<number, number>()
  const expected = name === 'payment, none' ? 404 : 200
  const endMs = performance.now() + SECONDS_MAX * 1_000
  let left = requests
  const work = async () => {
    while (left-- > 0 && performance.now() < endMs) {
      const startedMs = performance.now()
      const { statusCode, body } = await pool.request({ method: 'GET', path: path(random.pick(sample)), headers })
      await body.text()
      times.push(performance.now() - startedMs)
      if (statusCode !== expected) statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  const problems = [...statuses].map(([status, count]) => `${name}: ${count} × ${status}`)
  return { name, latencyMs: percentilesOf(times), problems }
}
