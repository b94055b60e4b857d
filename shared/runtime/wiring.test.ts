/** The wiring: nothing is read until it is used, everything is made once, and alarms count. */
import { describe, expect, test } from '@jest/globals'
import { HttpAcquirer } from '../acquirer/http-acquirer.ts'
import { InProcessAcquirer } from '../acquirer/in-process-acquirer.ts'
import { ServiceClock } from '../acquirer/service-clock.ts'
import { TransactionGroups } from '../stores/transaction-groups.ts'
import { systemClock } from './clock.ts'
import { configFrom } from './config.ts'
import { Ports, portsFromEnv } from './wiring.ts'

function portsOf(env: Record<string, string> = {}) {
  let readCount = 0
  const ports = new Ports(() => {
    readCount++
    return configFrom({ LOG_LEVEL: 'silent', ...env })
  })
  return { ports, readCountOf: () => readCount }
}

const acquirerOrder = {
  kind: 'authorize',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  authorizationId: null,
  finalCapture: null,
} as const
const record = { topic: 'payment.captured', partition: 0, offset: 1, key: null, value: null, headers: [] }

describe('Ports', () => {
  test('reads the environment when a port first needs it, and once', () => {
    const { ports, readCountOf } = portsOf()
    expect([ports.monotonic, ports.ids, ports.requestIds]).not.toContain(undefined)
    expect(readCountOf()).toBe(0)

    expect([ports.metrics, ports.policy, ports.duplicates, ports.acquirer, ports.transactions]).not.toContain(undefined)

    expect(readCountOf()).toBe(1)
  })

  test('makes each port once', () => {
    const { ports } = portsOf()

    for (const name of ['ids', 'metrics', 'policy', 'transactions', 'payments', 'operations', 'answers'] as const)
      expect(ports[name]).toBe(ports[name])
    for (const name of ['ledger', 'outbox', 'reader', 'acquirer', 'doorbell', 'publisher', 'deadLetters'] as const)
      expect(ports[name]).toBe(ports[name])
    expect(portsFromEnv()).toBe(portsFromEnv())
  })

  test('works of one moment share a transaction offline, where one process serves all requests, and not in a Lambda', () => {
    expect(portsOf({ IS_OFFLINE: 'true' }).ports.transactions).toBeInstanceOf(TransactionGroups)
    const { ports: deployed } = portsOf()
    expect(deployed.transactions).toBe(deployed.database)
  })

  test('who signs operators in is said by the configuration alone', () => {
    const claims = { OPERATOR_ROLE_CLAIM: 'role' }
    const OPERATOR_ORIGINS = 'http://127.0.0.1:1'

    expect(portsOf().ports.operatorAccess).toEqual({ kind: 'closed' })
    expect(portsOf({ OPERATOR_ORIGINS }).ports.operatorAccess).toEqual({ kind: 'closed' })
    expect(portsOf(claims).ports.operatorAccess).toEqual({ kind: 'claims', roleClaim: 'role', nameClaim: 'sub' })
    expect(portsOf({ IS_OFFLINE: 'true', ...claims, OPERATOR_ORIGINS }).ports.operatorAccess).toEqual({
      kind: 'sessions',
      origins: [OPERATOR_ORIGINS],
    })
  })

  test('a batch never shares its transaction; all else is as the API has it', () => {
    const { ports, readCountOf } = portsOf({ IS_OFFLINE: 'true' })
    const { forBatches } = ports
    expect(readCountOf()).toBe(0)

    expect(forBatches.transactions).toBe(ports.database)
    for (const name of ['database', 'outbox', 'ledger', 'publisher', 'deadLetters', 'metrics', 'log'] as const)
      expect(forBatches[name]).toBe(ports[name])
  })

  test('hands the settings on to the use cases', () => {
    const { ports } = portsOf({
      LEASE_MS: '20000',
      CAPTURE_WINDOW_MS_BY_METHOD: '{"tok_slow":7}',
      FEE_BASIS_POINTS: '100',
      FEE_FIXED: '{"KRW":5}',
    })

    expect(ports.policy).toEqual({
      leaseMs: 20_000,
      captureWindowMs: 604_800_000,
      captureWindowMsByMethod: { tok_slow: 7 },
      inquiryBackoffMs: 1_000,
      answersKeptMs: 1_296_000_000,
      fees: { basisPoints: 100, fixedMinor: { KRW: 5 } },
    })
    expect(ports.retention).toEqual({ outboxMs: 604_800_000, answersMs: 1_296_000_000 })
  })

  test('asks the acquirer over HTTP, or in this process where the setting says so', () => {
    expect(portsOf().ports.acquirer).toBeInstanceOf(HttpAcquirer)
    expect(portsOf({ ACQUIRER_URL: 'in-process:' }).ports.acquirer).toBeInstanceOf(InProcessAcquirer)
  })

  test('calls to an acquirer that nobody can reach are counted, and open the circuit', async () => {
    // Port 9 is discard, where nothing listens.
    const { ports } = portsOf({ ACQUIRER_URL: 'http://127.0.0.1:9', ACQUIRER_TIMEOUT_MS: '1' })
    const order = { ...acquirerOrder, operationId: 'op_1' }

    expect(await ports.acquirer.submit(order)).toEqual({ kind: 'unknown' })
    for (let calls = 1; calls < 25; calls++) await ports.acquirer.submit(order)

    const text = await ports.metrics.registry.metrics()
    expect(text).toMatch(/acquirer_calls_total\{call="submit",outcome="(connection|timeout)"\} \d+/)
    expect(text).toContain('\nacquirer_circuit_state 2\n')
    expect(ports.acquirer.mayTry()).toBe(false)
  })

  test('only the sandbox has a virtual clock, and acquirer and bank follow it where they are services', async () => {
    const { ports: deployed } = portsOf()
    expect([deployed.clock, deployed.processClock]).toEqual([systemClock, undefined])
    // Reads nothing: there is no database.
    await deployed.clock.catchUp()

    const { ports: offline } = portsOf({ IS_OFFLINE: 'true' })
    expect(offline.clock).toBe(offline.processClock)
    expect(offline.forBatches.clock).toBe(offline.clock)
    expect(offline.followingClocks).toEqual([expect.any(ServiceClock), expect.any(ServiceClock)])
    const alone = { IS_OFFLINE: 'true', ACQUIRER_URL: 'in-process:', BANK_URL: 'none' }
    expect(portsOf(alone).ports.followingClocks).toEqual([])
  })

  test('an alarm counts', async () => {
    const { ports } = portsOf()

    ports.alarms.ledgerEntryRepaired('evt_1', 'pay_1')
    ports.alarms.deadLettered(record, 'not JSON')
    ports.alarms.outboxRowParked('evt_1', 'MESSAGE_TOO_LARGE', 'pay_1')

    const text = await ports.metrics.registry.metrics()
    for (const name of ['ledger_entries_repaired_total', 'dead_letters_total', 'outbox_parked_total'])
      expect(text).toContain(`\n${name} 1\n`)
  })

  test('an answer is counted by route and status, and timed', async () => {
    const { ports } = portsOf()

    ports.requests.answered({ route: 'GET /payments', statusCode: 200, durationMs: 3, requestId: 'req_1' })

    const text = await ports.metrics.registry.metrics()
    expect(text).toContain('http_requests_total{route="GET /payments",status="200"} 1')
    expect(text).toContain('http_request_duration_seconds_bucket{le="0.005",route="GET /payments"} 1')
  })

  test('the log does not need an environment that parses: it is what tells of one that does not', () => {
    expect(portsOf({ LEASE_MS: '1' }).ports.log.level).toBe('info')
    expect(portsOf().ports.log.level).toBe('silent')
  })

  test('an environment that does not parse is told by readiness as everything down, not thrown', async () => {
    const { ports } = portsOf({ LEASE_MS: '1' })

    expect(await ports.readiness()).toEqual({
      status: 'down',
      dependencies: { mariadb: 'down', kafka: 'down', redis: 'down', acquirer: 'down' },
      problems: [],
    })
  })
})
