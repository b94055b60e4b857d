/** The job's promise, simulated: two minutes after an outage of a minute under load, every outcome is decided. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { randomFrom } from '../../shared/payments/fake-store.ts'
import { authorizeRequestOf, bodyIn, caller, claimFor, claimOf, FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import type { Outcome } from '../../shared/payments/operation.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { type Loss, LossyAcquirer } from '../../test/unit/lossy-acquirer.ts'
import { SEED } from '../../test/unit/seed.ts'
import { SimulatedTime } from '../../test/unit/simulated-time.ts'
import { createHandler } from './resolve-unknown.ts'

const MINUTE_MS = 60_000
const JOB_TIMEOUT_MS = 60_000
/** ACQUIRER_TIMEOUT_MS by default. */
const TIMEOUT_MS = 5_000
const ANSWER_MS = 20
const CLIENTS = 32
/** A payment method whose operations the acquirer never answers. */
const POISON = 'tok_poison'
/** Of a client, after each answer. */
const PAUSE_MS = 500

const BEFORE_MS = 5_000
const outage = { fromMs: FAKE_NOW_MS + BEFORE_MS, toMs: FAKE_NOW_MS + BEFORE_MS + MINUTE_MS }

/** A system whose acquirer answers nothing for a minute. Half of what it is sent in that time arrives and is executed. */
function createSystem(seed: number) {
  const time = new SimulatedTime(FAKE_NOW_MS)
  const random = randomFrom(seed)
  const isOut = () => time.nowMs() >= outage.fromMs && time.nowMs() < outage.toMs
  const lossInOutage = (): Loss => (random() < 0.5 ? 'answer' : 'call')
  const acquirer = new LossyAcquirer({
    lose: (_, order) => (isOut() ? lossInOutage() : order.paymentMethod === POISON ? 'call' : 'nothing'),
    decide: () => ({ kind: 'approved' }),
    pause: loss => time.sleep(loss === 'nothing' ? ANSWER_MS : TIMEOUT_MS),
  })
  return { ...createHandlerPorts(), acquirer, clock: time }
}

type System = ReturnType<typeof createSystem>

/** Authorizes and captures until the end of the outage; asks nothing twice: whatever is unknown is left to the job. */
async function shop(ports: System, client: number, paymentMethod: string): Promise<void> {
  const request = authorizeRequestOf({ paymentMethod })
  for (let order = 0; ports.clock.nowMs() < outage.toMs; order++) {
    const key = `${client}-${order}`
    const authorized = await authorizePayment(ports, request, claimOf(key, request), { ...caller })
    if (authorized.kind === 'answered') await capture(ports, bodyIn(authorized).paymentId, key)
    await ports.clock.sleep(PAUSE_MS)
  }
}

const capture = (ports: System, paymentId: string, key: string): Promise<Outcome> =>
  capturePayment(ports, paymentId, {}, claimFor(`${key}-capture`, 'capture', paymentId), { ...caller })

/** As a schedule does: each minute, also when the last run is not over. Returns how long each run took. */
async function schedule(ports: System, durationsMs: number[]): Promise<void> {
  const handler = createHandler(ports)
  for (;;) {
    const beganMs = ports.clock.nowMs()
    void handler().then(() => durationsMs.push(ports.clock.nowMs() - beganMs))
    await ports.clock.sleep(MINUTE_MS)
  }
}

const undecided = ({ operations }: System) => operations.table.rows().filter(row => row.state === 'PENDING')

async function outageUnderLoad(ports: System, poisonClients = 0) {
  const jobDurationsMs: number[] = []
  void schedule(ports, jobDurationsMs)
  for (let client = 0; client < CLIENTS; client++)
    void shop(ports, client, client < poisonClients ? POISON : 'tok_approve')
  await ports.clock.runUntil(outage.toMs)
  const unknownAtReturn = undecided(ports).length
  await ports.clock.runUntil(outage.toMs + 2 * MINUTE_MS)
  return { unknownAtReturn, jobDurationsMs }
}

describe(`an outage of a minute under load (seed ${SEED})`, () => {
  test('leaves no outcome unknown two minutes after its end, and nothing is executed twice', async () => {
    const ports = createSystem(SEED)

    const { unknownAtReturn } = await outageUnderLoad(ports)

    expect(unknownAtReturn).toBeGreaterThan(300)
    expect(undecided(ports)).toEqual([])
    for (const { operationId, state } of ports.operations.table.rows())
      expect(ports.acquirer.decisions.get(operationId)?.decision.kind).toBe(
        state === 'SUCCEEDED' ? 'approved' : 'canceled',
      )
  })

  test('is over as soon, although the acquirer never answers some operations', async () => {
    const ports = createSystem(SEED)

    const { jobDurationsMs } = await outageUnderLoad(ports, 8)

    const isPoison = ({ paymentMethod }: { paymentMethod: string }) => paymentMethod === POISON
    expect(ports.operations.table.rows().filter(isPoison).length).toBeGreaterThan(60)
    expect(undecided(ports).filter(row => !isPoison(row))).toEqual([])
    expect(Math.max(...jobDurationsMs)).toBeLessThan(JOB_TIMEOUT_MS)
  })
})
