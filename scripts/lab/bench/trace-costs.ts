/**
 * What traces cost a request: the spans of an authorization with everything around them left out, in nanoseconds of CPU.
 *
 *   npm exec -c 'node scripts/lab/bench/trace-costs.ts'         off, not recorded, recorded and sent
 *   npm exec -c 'node scripts/lab/bench/trace-costs.ts serve'   a collector on port 4318 that keeps nothing, for npm run bench
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tracer } from '../../../shared/payments/ports.ts'
import { traced } from '../../../shared/payments/traced.ts'
import { createTracer } from '../../../shared/runtime/tracing.ts'

const REQUESTS = 50_000
const ROUNDS = 5
const OTLP_PORT = 4_318
/** So few that none is. */
const ALMOST_NONE = 1e-12
const CALLER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'

function serve(port: number): void {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{}')))
  server.listen(port, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

const nothing = async () => {}

async function requestOnce(tracer: Tracer): Promise<void> {
  await tracer.during(async () => {
    const span = tracer.enter({ name: 'POST /payments/authorize', kind: 'server' }, CALLER)
    for (const name of ['claim authorize', 'PUT /operations/{operationId}', 'record authorize'])
      await traced(tracer, { name }, span.traceparent, nothing)
    if (span.isRecorded) span.set({ 'http.response.status_code': 201 })
    span.end()
  })
}

async function nanosecondsOf(tracer: Tracer): Promise<number> {
  const before = process.cpuUsage()
  for (let count = 0; count < REQUESTS; count++) {
    await requestOnce(tracer)
    // Spans are sent between requests, as in a process that serves.
    if (count % 64 === 0) await new Promise(setImmediate)
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / REQUESTS
}

async function measure(): Promise<void> {
  const collector = fork(import.meta.filename, ['serve', '0'])
  const [port] = (await once(collector, 'message')) as [number]
  const fail = (error: unknown) => {
    throw error
  }
  const tracerAt = (sampleRatio: number) =>
    createTracer(
      { tracesUrl: `http://127.0.0.1:${port}/v1/traces`, headers: {}, sampleRatio, serviceName: 'bench' },
      { flushMsMax: 0, onFailed: fail, onRecovered: () => {} },
    )
  const tracers = {
    off: createTracer(undefined, { flushMsMax: 0, onFailed: fail, onRecovered: () => {} }),
    'on, not recorded': tracerAt(ALMOST_NONE),
    'on, recorded and sent': tracerAt(1),
  }
  const found: Record<string, number[]> = {}
  // The first round warms up. All take turns, so that a busy moment of the machine does not hit one of them only.
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, tracer] of Object.entries(tracers)) {
      const cpuNs = await nanosecondsOf(tracer)
      if (round > 0) found[name] = [...(found[name] ?? []), cpuNs]
    }
  for (const [name, each] of Object.entries(found)) {
    const middle = each.sort((a, b) => a - b)[Math.floor(each.length / 2)]!
    console.log(`${name.padEnd(24)} ${Math.round(middle)} ns of CPU a request`)
  }
  collector.kill()
  process.exit()
}

if (process.argv[2] === 'serve') serve(Number(process.argv[3] ?? OTLP_PORT))
else await measure()
