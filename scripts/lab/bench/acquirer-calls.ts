/**
 * What a call to the acquirer costs this process: in this process, over HTTP by the product's client, and by two bare HTTP clients.
 * The service is a child that answers at once, so that only the hop is measured. `npm exec -c 'node scripts/lab/bench/acquirer-calls.ts'`.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { Circuit } from '../../../shared/acquirer/circuit.ts'
import { HttpAcquirer } from '../../../shared/acquirer/http-acquirer.ts'
import { InProcessAcquirer } from '../../../shared/acquirer/in-process-acquirer.ts'
import { PooledRequests } from '../../../shared/acquirer/pooled-requests.ts'
import type { AcquirerOrder } from '../../../shared/payments/ports.ts'
import { noTracer } from '../../../shared/payments/traced.ts'
import { monotonicClock } from '../../../shared/runtime/clock.ts'

type Ask = (order: AcquirerOrder, body: string) => Promise<unknown>

const CALLS = 10_000
const ROUNDS = 5
const CONCURRENCIES = [1, 32]
const CONNECTIONS = 64
const TIMEOUT_MS = 5_000

function serve(): void {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const operationId = request.url?.split('/').at(-1)
      const decision = { operationId, state: 'APPROVED', reason: null, decidedAt: new Date().toISOString() }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(decision))
    })
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

/** Milliseconds for each call: of CPU in this process, and on the clock. */
async function measure(ask: Ask, concurrency: number): Promise<{ cpuMs: number; wallMs: number }> {
  let count = 0
  const work = async () => {
    while (count < CALLS) {
      const order = orderOf(count++)
      await ask(order, JSON.stringify(order))
    }
  }
  const startedAtMs = monotonicClock.nowMs()
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: concurrency }, work))
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1_000 / CALLS, wallMs: (monotonicClock.nowMs() - startedAtMs) / CALLS }
}

const orderOf = (index: number): AcquirerOrder => ({
  operationId: `op_${String(index).padStart(26, '0')}`,
  kind: 'authorize',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  authorizationId: null,
  finalCapture: null,
})

function clientsOf(url: string): Record<string, Ask> {
  const inProcess = new InProcessAcquirer({ timeoutMs: TIMEOUT_MS })
  const acquirer = new HttpAcquirer({
    url,
    connectionsMax: CONNECTIONS,
    timeoutMs: TIMEOUT_MS,
    circuit: new Circuit({ nowMs: monotonicClock.nowMs, onChange: () => {} }),
    nowMs: monotonicClock.nowMs,
    tracer: noTracer,
    onCalled: ({ outcome, detail }) => {
      if (outcome !== 'approved') throw new Error(`${outcome}: ${detail}`)
    },
    onRetried: () => {},
  })
  const requests = new PooledRequests({ url, connectionsMax: CONNECTIONS })
  const pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
  const headers = { 'content-type': 'application/json' }
  return {
    'in this process': order => inProcess.submit(order),
    HttpAcquirer: order => acquirer.submit(order),
    'bare node:http': ({ operationId }, body) =>
      requests.send({ method: 'PUT', path: `/operations/${operationId}`, body }, TIMEOUT_MS),
    'bare undici': async ({ operationId }, body) => {
      const answer = await pool.request({ method: 'PUT', path: `/operations/${operationId}`, body, headers })
      return answer.body.text()
    },
  }
}

const middleOf = (values: number[]): string => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(4)

async function run(): Promise<void> {
  const service = fork(import.meta.filename, ['serve'])
  const [port] = (await once(service, 'message')) as [number]
  const clients = Object.entries(clientsOf(`http://127.0.0.1:${port}`))
  const found = new Map<string, { cpuMs: number[]; wallMs: number[] }>()
  // The first round warms up. All clients take turns, so that a busy moment of the machine does not hit one of them only.
  for (let round = 0; round <= ROUNDS; round++)
    for (const concurrency of CONCURRENCIES)
      for (const [name, ask] of clients) {
        const { cpuMs, wallMs } = await measure(ask, concurrency)
        if (round === 0) continue
        const title = `${name}, ${concurrency} at once`
        const figures = found.get(title) ?? { cpuMs: [], wallMs: [] }
        found.set(title, figures)
        figures.cpuMs.push(cpuMs)
        figures.wallMs.push(wallMs)
      }
  for (const [name, { cpuMs, wallMs }] of found)
    console.log(`${name.padEnd(32)} CPU ${middleOf(cpuMs)} ms a call, ${middleOf(wallMs)} ms on the clock`)
  service.kill()
  process.exit()
}

if (process.argv[2] === 'serve') serve()
else await run()
